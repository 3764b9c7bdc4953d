import type { HookReply, HookReport, HookSession } from '../protocol/control.js';
import type { Office } from './office.js';

const NOTHING: HookReply = { text: null, receipt: null };

/** Where the hooks of the client report what the session does, and are given what waits for it. */
export class HookDesk {
  #office: Office;

  constructor(office: Office) {
    this.#office = office;
  }

  /** @param hungUp the hook has ended: what it was given does not count */
  report(report: HookReport, hungUp: AbortSignal): HookReply {
    this.#office.log.debug({ event: report.event, gone: hungUp.aborted }, 'hook');
    return NOTHING;
  }

  async wait(_session: HookSession, _hungUp: AbortSignal): Promise<HookReply> {
    return Promise.resolve(NOTHING);
  }

  shown(receipt: string): void {
    this.#office.log.debug({ receipt }, 'hook shown');
  }
}
