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
  }

  refuse(at = this.at): never {
    throw new FormatError(this.code, at);
  }

  /** The words after `name`, if the next line begins with it. */
  optional(name: string): string[] | undefined {
    const line = this.lines[this.at];
    if (line === undefined || this.at === this.lines.length - 1) return undefined;
    const words = line.split(' ');
    if (words[0] !== name) return undefined;
    this.at += 1;
    return words.slice(1);
  }

  /** As many words after `name`. */
  words(name: string, count: number): string[] {
    const at = this.at;
    const words = this.optional(name);
    if (words === undefined || words.length !== count) this.refuse(at);
    return words;
  }

  /** Bytes in base64, of one length if that is given. */
  bytes(written: string, length?: number, at = this.at - 1): Bytes {
    const bytes = base64(written);
    if (bytes === undefined || (length !== undefined && bytes.length !== length)) this.refuse(at);
    return bytes;
  }

  number(written: string, at = this.at - 1): bigint {
    return decimal(written) ?? this.refuse(at);
  }

  /** Lines `name <base64>` of one hash each, at most so many. */
  hashes(name: string, max: number): Bytes[] {
    const hashes: Bytes[] = [];
    for (let words = this.optional(name); words !== undefined; words = this.optional(name)) {
      if (words.length !== 1 || hashes.length === max) this.refuse(this.at - 1);
      hashes.push(this.bytes(words[0]!, 32));
    }
    return hashes;
  }

  /** The next line, whatever it holds. */
  raw(): string | undefined {
    return this.at < this.lines.length - 1 ? this.lines[this.at++] : undefined;
  }

  /** An empty line. */
  gap(): void {
    if (this.raw() !== '') this.refuse(Math.max(this.at - 1, 0));
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
