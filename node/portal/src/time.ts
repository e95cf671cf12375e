import { plural, type Language, type Texts } from './texts';

/** The whole country is at UTC+5; what a browser believes of its zone may be older. */
const OFFSET_MS = 5 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

const two = (number: number) => String(number).padStart(2, '0');

/** A day as `12.03.2026`. */
export function day(ms: number): string {
  const local = new Date(ms + OFFSET_MS);
  return `${two(local.getUTCDate())}.${two(local.getUTCMonth() + 1)}.${local.getUTCFullYear()}`;
}

/** A moment as `12.03.2026 14:05`. */
export function moment(ms: number): string {
  const local = new Date(ms + OFFSET_MS);
  return `${day(ms)} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

/** How long after the event it was recorded, in words; null while that is a matter of hours. */
export function lateness(claimed: number, recorded: number, language: Language, texts: Texts): string | null {
  const gap = recorded - claimed;
  if (gap < DAY_MS) return null;
  const days = Math.floor(gap / DAY_MS);
  return plural(language, days, texts.days);
}

/** An amount of tiyn as `1 500 000,00 ₸`. */
export function money(tiyn: number | bigint): string {
  const whole = BigInt(tiyn);
  const size = whole < 0n ? -whole : whole;
  const tenge = String(size / 100n).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
  return `${whole < 0n ? '−' : ''}${tenge},${two(Number(size % 100n))}\u00a0₸`;
}
