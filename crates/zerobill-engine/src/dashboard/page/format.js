// How figures are written.

const whole = new Intl.NumberFormat("en-US");
const one = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

/** 1,234 */
export const count = (number) => whole.format(number);

/** 240 µs, 12.3 ms, 1.23 s */
export function duration(us) {
  if (us < 1_000) return `${whole.format(us)} µs`;
  if (us < 1_000_000) return `${one.format(us / 1_000)} ms`;
  return `${one.format(us / 1_000_000)} s`;
}

/** 12 s, 3 min, 2 h */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 100) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

/** 0.4 %, 37 %, 259 % */
export function share(part) {
  const percent = part * 100;
  if (percent === 0) return "0 %";
  if (percent < 0.01) return "under 0.01 %";
  return `${one.format(percent)} %`;
}

/** An amount of a unit: small ones are not written as 0. */
export function amount(number) {
  return Number.isInteger(number) || number >= 100 ? whole.format(Math.round(number)) : one.format(number);
}

/** 14:03:22 */
export const time = (ms) => new Date(ms).toLocaleTimeString("en-GB");

/** 17:03:21, with the day where it is another one than today. */
export function moment(ms) {
  const then = new Date(ms);
  const day = then.toDateString() === new Date().toDateString() ? "" : `${then.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}, `;
  return day + time(ms);
}

/** 12 November, of 2026-11-12 */
export function day(date) {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
}

/** November, of 2026-11 */
export function month(name) {
  return new Date(`${name}-01T00:00:00Z`).toLocaleDateString("en-GB", { month: "long", timeZone: "UTC" });
}

/** Begins with a capital. */
export const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** 12 KB */
export function bytes(number) {
  if (number < 1_024) return `${number} bytes`;
  if (number < 1_048_576) return `${one.format(number / 1_024)} KB`;
  return `${one.format(number / 1_048_576)} MB`;
}
