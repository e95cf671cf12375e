import { type Bytes, base64, decimal, toBase64 } from './bytes.js';
import { FormatError } from './error.js';
import { type Note, noteLineText, parseNote } from './note.js';

export const PATH_MAX = 63;

/** Reads the lines of a proof file one after the other; a fault is `proof-file-syntax` at the line. */
export class Lines {
  at = 0;
  private readonly lines: string[];

  constructor(
    written: string,
    private readonly code = 'proof-file-syntax',
  ) {
    this.lines = written.split('\n');
    // An empty line ends the head of every proof file.
    if (!written.includes('\n\n')) this.refuse(0);
  }

  refuse(at = this.at): never {
    throw new FormatError(this.code, at);
  }

  /** What follows `name` and a space, if the next line begins so. */
  optional(name: string): string | undefined {
    const line = this.ahead();
    if (line?.startsWith(`${name} `) !== true) return undefined;
    this.at += 1;
    return line.slice(name.length + 1);
  }

  /** Whether the next line is `word` alone; then it is read. */
  word(word: string): boolean {
    const met = this.ahead() === word;
    if (met) this.at += 1;
    return met;
  }

  /** What follows `name`, which the next line begins with. */
  value(name: string): string {
    return this.optional(name) ?? this.refuse();
  }

  /** A value of two words. */
  pair(value: string, at = this.at - 1): [string, string] {
    const divided = value.indexOf(' ');
    if (divided < 0) this.refuse(at);
    return [value.slice(0, divided), value.slice(divided + 1)];
  }

  /** Bytes in base64, of one length if that is given. */
  bytes(written: string, length?: number, at = this.at - 1): Bytes {
    const bytes = base64(written);
    if (bytes === undefined || (length !== undefined && bytes.length !== length)) throw new FormatError('base64-invalid', at);
    return bytes;
  }

  number(written: string, at = this.at - 1): bigint {
    return decimal(written) ?? this.refuse(at);
  }

  /** Lines `name <base64>` of one hash each, at most so many. */
  hashes(name: string, max: number): Bytes[] {
    const hashes: Bytes[] = [];
    for (let value = this.optional(name); value !== undefined; value = this.optional(name)) {
      if (hashes.length === max) this.refuse(this.at - 1);
      hashes.push(this.bytes(value, 32));
    }
    return hashes;
  }

  /** The next line, whatever it holds. */
  raw(): string | undefined {
    const line = this.ahead();
    if (line !== undefined) this.at += 1;
    return line;
  }

  /** An empty line. */
  gap(): void {
    if (this.raw() !== '') this.refuse(Math.max(this.at - 1, 0));
  }

  private ahead(): string | undefined {
    return this.at < this.lines.length - 1 ? this.lines[this.at] : undefined;
  }

  /** All that is left. */
  rest(): string {
    return this.lines.slice(this.at).join('\n');
  }

  /** All that is left, which is a note. */
  note(): Note {
    const begun = this.at;
    try {
      return parseNote(this.rest());
    } catch (error) {
      throw error instanceof FormatError ? error.from(begun) : error;
    }
  }
}

export function line(name: string, ...words: (string | bigint | Bytes)[]): string {
  const written = words.map((word) => (word instanceof Uint8Array ? toBase64(word) : String(word)));
  return `${[name, ...written].join(' ')}\n`;
}

export function noteText(note: Note): string {
  return `${note.text}\n${note.lines.map(noteLineText).join('')}`;
}
