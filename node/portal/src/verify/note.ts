import { type Bytes, base64, concat, decimal, equal, fromHex, hex, readBe, toBase64, utf8 } from './bytes.js';
import { demand, FormatError } from './error.js';
import { sha256 } from './hash.js';
import { admit, isValid } from './signature.js';

const NOTE_BYTES_MAX = 65_536;
const LINES_MAX = 16;
const PREFIX = '\u2014 ';
const NAME = /^[\x21-\x2a\x2c-\x7e]{1,128}$/;

export const LOG_KEY = 1;
export const COSIGNER_KEY = 4;

/** A verifier key (spec §11.1). */
export interface VerifierKey {
  name: string;
  id: Bytes;
  type: number;
  key: Bytes;
}

export function isName(written: string): boolean {
  return NAME.test(written);
}

/** Reads a verifier key. */
export function parseVerifierKey(written: string): VerifierKey {
  const parts = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(written);
  demand(parts !== null, 'vkey-syntax');
  const [, name, id, blob] = parts as unknown as [string, string, string, string];
  demand(/^[0-9a-f]{8}$/.test(id), 'vkey-syntax');
  const bytes = base64(blob);
  demand(bytes !== undefined && bytes.length === 33, 'vkey-syntax');
  demand(bytes[0] === LOG_KEY || bytes[0] === COSIGNER_KEY, 'vkey-type');
  const key = bytes.subarray(1);
  admit(key);
  demand(isName(name), 'name-invalid');
  const made = sha256(concat(utf8(name), Uint8Array.of(0x0a), bytes)).subarray(0, 4);
  demand(equal(made, fromHex(id)), 'vkey-syntax');
  return { name, id: made, type: bytes[0], key };
}

export function verifierKeyText(key: VerifierKey): string {
  return `${key.name}+${hex(key.id)}+${toBase64(concat(Uint8Array.of(key.type), key.key))}`;
}

/** One signature under a note. */
export interface NoteLine {
  name: string;
  id: Bytes;
  signature: Bytes;
}

/** A signed note (spec §11.2): its text, which ends with a line feed, and its lines. */
export interface Note {
  text: string;
  lines: NoteLine[];
}

function parseLine(line: string, at: number): NoteLine {
  const divided = line.indexOf(' ', PREFIX.length);
  demand(line.startsWith(PREFIX) && divided >= 0, 'note-syntax', at);
  const name = line.slice(PREFIX.length, divided);
  demand(isName(name), 'name-invalid', at);
  const blob = base64(line.slice(divided + 1));
  demand(blob !== undefined && blob.length > 4, 'note-syntax', at);
  return { name, id: blob.subarray(0, 4), signature: blob.subarray(4) };
}

/** Reads a note; positions are lines. */
export function parseNote(written: string): Note {
  demand(utf8(written).length <= NOTE_BYTES_MAX, 'note-too-long');
  demand(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(written), 'note-syntax');
  const lines = written.split('\n');
  demand(lines.pop() === '', 'note-syntax');
  const empty = lines.lastIndexOf('');
  demand(empty > 0 && empty < lines.length - 1, 'note-syntax');
  const signatures = lines.slice(empty + 1);
  // In their order: a line that is wrong is named before those that are too many.
  const read = signatures.slice(0, LINES_MAX).map((line, i) => parseLine(line, empty + 1 + i));
  demand(signatures.length <= LINES_MAX, 'note-too-long', empty + 1 + LINES_MAX);
  return { text: `${lines.slice(0, empty).join('\n')}\n`, lines: read };
}

export function noteLineText(line: NoteLine): string {
  return `${PREFIX}${line.name} ${toBase64(concat(line.id, line.signature))}\n`;
}

/** Origin, size and root of a log (spec §11.3). */
export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Bytes;
}

export function parseCheckpoint(body: string): Checkpoint {
  const lines = body.split('\n');
  const refuse = (at: number): never => {
    throw new FormatError('checkpoint-syntax', at);
  };
  const [origin, size, root] = lines;
  demand(origin !== undefined && isName(origin), 'name-invalid');
  const count = decimal(size ?? '');
  if (count === undefined) return refuse(1);
  const hash = base64(root ?? '');
  if (hash === undefined || hash.length !== 32) return refuse(2);
  if (lines.length !== 4 || lines[3] !== '') refuse(3);
  return { origin, size: count, root: hash };
}

export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

/** What consensus votes on (spec §12.1). */
export function valueId(checkpoint: Checkpoint): Bytes {
  return sha256(utf8(checkpointText(checkpoint)));
}

/** Demands that a line is the log's and holds over a body. */
export function checkLogLine(key: VerifierKey, body: string, line: NoteLine, at: number): void {
  const holds = names(line, key) && line.signature.length === 64 && isValid(key.key, utf8(body), line.signature);
  demand(holds, 'signature-invalid', at);
}

/** Demands that a line of a cosigner holds over a body; gives its time in seconds (spec §11.4). */
export function checkCosignature(key: VerifierKey, body: string, line: NoteLine, at: number): bigint {
  demand(line.signature.length === 72, 'cosignature-syntax', at);
  demand(names(line, key), 'signature-invalid', at);
  const time = readBe(line.signature.subarray(0, 8));
  const message = utf8(`cosignature/v1\ntime ${time}\n${body}`);
  demand(isValid(key.key, message, line.signature.subarray(8)), 'signature-invalid', at);
  return time;
}

/** Whether a line names a key. */
export function names(line: NoteLine, key: VerifierKey): boolean {
  return line.name === key.name && equal(line.id, key.id);
}

