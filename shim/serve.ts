import { Cc2ccError, sentenceOf } from '../protocol/errors.js';
import { localValue } from '../protocol/settings/local-value.js';
import { version } from '../protocol/version.js';
import { assertSettings } from './assert-settings.js';
import { Attachment } from './attachment.js';
import { endOnce, orphanWatch, watchClient } from './ending.js';
import { gatherFacts } from './facts.js';
import { Forwarder } from './forwarder.js';
import { Patience, PATIENCE_MS } from './patience.js';
import { PushQueue } from './push-queue.js';
import { Relay } from './relay.js';
import { sessionAddress, SessionSocket } from './session-socket.js';
import { Talk } from './talk.js';

const UNREACHED = new Cc2ccError('E_NO_DAEMON', 'No cc2cc daemon could be reached in time.', {
  hint: 'See: cc2cc-daemon status',
});

/** Serves the client on stdin and stdout until it is gone. */
export function serve(): Promise<never> {
  version(); // as it is now: the files may be replaced later
  const talk = new Talk(() => localValue('debug'));
  const forwarder = new Forwarder();
  const pushes = new PushQueue(new SessionSocket(sessionAddress(process.env)), (ids) => {
    forwarder.handed(ids);
  });
  const facts = gatherFacts();
  let trouble: unknown = UNREACHED;

  const relay = new Relay(forwarder, pushes, process.stdin, process.stdout, {
    onWaiting: () => {
      attachment.hurry();
      patience.watch();
    },
    onDeaf: (deaf) => {
      talk.debug(deaf ? 'stdin is paused' : 'stdin is read again');
      watchParent(deaf);
    },
    onRetire: (mode) => {
      talk.debug(`the daemon retires: ${mode}`);
      attachment.retire(mode);
    },
    onNonsense: () => {
      end();
    },
  });
  const patience = new Patience(forwarder, () => {
    relay.giveUp(trouble, PATIENCE_MS);
  });
  const end = endOnce(() => relay.socket);
  const watchParent = orphanWatch(end);
  const attachment = new Attachment(
    async () => {
      assertSettings();
      const { reattach } = forwarder;
      return { ...(await facts), ...(reattach === undefined ? {} : { reattach }) };
    },
    {
      onAttached: (welcome, socket) => {
        talk.debug(`attached to daemon ${welcome.pid}, version ${welcome.version}`);
        talk.forgive();
        trouble = UNREACHED;
        relay.attached(welcome, socket);
      },
      onLine: (line) => {
        relay.fromDaemon(line);
      },
      onLost: () => {
        talk.debug('the connection is gone');
        relay.lost();
        patience.watch();
      },
      onKept: (why) => {
        talk.tell(why);
      },
      isAwaited: () => forwarder.waitingSince !== undefined,
      onTrouble: (error, definite) => {
        trouble = error;
        talk.debug(sentenceOf(error));
        if (!definite) return;
        talk.complain(error);
        relay.giveUp(error);
      },
    },
  );
  watchClient(end);
  relay.start();
  return attachment.run();
}
