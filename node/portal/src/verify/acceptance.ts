import { type Bytes, decimal, fromHex } from './bytes.js';
import { demand, FormatError } from './error.js';
import { checkLogLine, LOG_KEY, parseNote, parseVerifierKey } from './note.js';

export const VERSION = 'tamga-acceptance/v1';
const TIME_MAX = 253_402_300_799_999n;
const SIGNATURE_LINE = 6;

/** A validator's word that it holds a record and owes its verdict (spec §13.7). */
export interface Acceptance {
  genesis: Bytes;
  record: Bytes;
  heldAt: number;
  verdictBy: number;
  validator: string;
}

/** Reads an acceptance; `key` is the verifier key of the validator's name and network key. */
export function parseAcceptance(written: string, key: string): Acceptance {
  const lines = written.split('\n');
  demand(lines[0] === VERSION, 'acceptance-version', 0);
  const word = (at: number, name: string): string => {
    const line = lines[at] ?? '';
    demand(line.startsWith(`${name} `), 'acceptance-syntax', at);
    return line.slice(name.length + 1);
  };
  const id = (at: number, name: string): Bytes => {
    try {
      return fromHex(word(at, name), 32);
    } catch {
      throw new FormatError('acceptance-syntax', at);
    }
  };
  const time = (at: number, name: string): number => {
    const value = decimal(word(at, name));
    demand(value !== undefined && value <= TIME_MAX, 'acceptance-syntax', at);
    return Number(value);
  };
  const genesis = id(1, 'genesis');
  const record = id(2, 'record');
  const heldAt = time(3, 'held-at');
  const verdictBy = time(4, 'verdict-by');
  demand(lines[5] === '', 'acceptance-syntax', 5);
  demand(lines.length === 8 && lines[7] === '', 'acceptance-syntax', SIGNATURE_LINE);
  const note = parseNote(written);
  const vkey = parseVerifierKey(key);
  const line = note.lines[0]!;
  demand(vkey.type === LOG_KEY, 'vkey-type');
  checkLogLine(vkey, note.text, line, SIGNATURE_LINE);
  return { genesis, record, heldAt, verdictBy, validator: vkey.name };
}
