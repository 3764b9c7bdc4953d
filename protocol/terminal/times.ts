/** How long ago an ISO time was: `42 s`, `34m`, `2h14m`, `3d4h`; `?` where it is none. */
export function ago(time: string, now = Date.now()): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? '?' : span(Math.max(0, (now - at) / 1000));
}

/** Seconds as `42 s`, `34m`, `2h14m`, `3d4h`. */
export function span(seconds: number): string {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}m`;
  const h = Math.floor(s / 3600);
  return h < 48
    ? `${h}h${String(Math.floor(s / 60) % 60).padStart(2, '0')}m`
    : `${Math.floor(h / 24)}d${h % 24}h`;
}

/** Epoch milliseconds in local time: `2026-11-20 23:26:13`. */
export function clock(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '?';
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
