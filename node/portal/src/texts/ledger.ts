import { money } from '../time';
import table from './ledger.json';
import { hex } from '../verify/bytes';
import type { Language } from './index';

/** Titles and reasons that the ledger's own programs use, too: written by `make bless`. */
interface Table {
  faults: Record<string, Record<Language, string> | undefined>;
  kinds: Record<string, Record<Language, string> | undefined>;
  money: string[];
}
const { faults, kinds, money: amounts }: Table = table;

/** What a fault of a proof means; null where only its form is at fault. */
export function faultText(code: string | undefined, language: Language): string | null {
  return (code && faults[code]?.[language]) || null;
}

/** What to do about a fault that leaves a file unjudged. */
export function faultRemedy(code: string | undefined): 'version' | 'journal' | 'form' {
  if (code?.endsWith('-version')) return 'version';
  return code === 'note-origin' || code === 'note-log-signature' ? 'journal' : 'form';
}

/** What a record of a kind is about. */
export function kindTitle(kind: number, language: Language): string | null {
  return kinds[kind]?.[language] ?? null;
}

/** Opened fields as people read them. */
export function opened(fields: { name: string; value: unknown }[]): { name: string; text: string }[] {
  return fields.map(({ name, value }) => {
    const amount = amounts.includes(name) && (typeof value === 'number' || typeof value === 'bigint');
    return { name, text: amount ? money(value) : typeof value === 'string' ? value : plain(value) };
  });
}

/** As JSON, with what JSON has no form for: large numbers, bytes, maps. */
function plain(value: unknown): string {
  const part = (_: string, it: unknown) => {
    if (typeof it === 'bigint') return Number.isSafeInteger(Number(it)) ? Number(it) : String(it);
    if (it instanceof Uint8Array) return hex(it);
    return it instanceof Map ? Object.fromEntries(it) : it;
  };
  return JSON.stringify(value, part) ?? '';
}
