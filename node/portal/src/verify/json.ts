import { demand, FormatError } from './error.js';

export type Json = null | boolean | bigint | string | Json[] | Map<string, Json>;

const DEPTH_MAX = 16;
/** A text without what JSON asks to escape. */
const PLAIN = /[^"\\\x00-\x1f]*/y;
const SPACE = /[ \t\r\n]*/y;
const WORD = /true|false|null|-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;

/** Reads JSON (RFC 8259) of whole numbers in which no object has a key twice; anything else is `code`, at the character. */
export function readJson(written: string, code: string): Json {
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(written)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const refuse = (): never => {
    throw new FormatError(code, at);
  };
  const next = (mark: string): boolean => {
    take(SPACE);
    if (written[at] !== mark) return false;
    at += 1;
    return true;
  };
  const string = (): string => {
    let whole = '';
    for (;;) {
      whole += take(PLAIN);
      const mark = written[at++];
      if (mark === '"') break;
      if (mark !== '\\') refuse();
      const escape = written.slice(at, at + (written[at] === 'u' ? 5 : 1));
      if (!/^(["\\/bfnrt]|u[0-9a-fA-F]{4})$/.test(escape)) refuse();
      whole += JSON.parse(`"\\${escape}"`) as string;
      at += escape.length;
    }
    // Half of a pair is no character.
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(whole)) refuse();
    return whole;
  };
  const value = (depth: number): Json => {
    if (depth > DEPTH_MAX) refuse();
    if (next('"')) return string();
    if (next('[')) {
      const items: Json[] = [];
      if (next(']')) return items;
      do items.push(value(depth + 1));
      while (next(','));
      return next(']') ? items : refuse();
    }
    if (next('{')) {
      const members = new Map<string, Json>();
      if (next('}')) return members;
      do {
        if (!next('"')) refuse();
        const key = string();
        if (members.has(key) || !next(':')) refuse();
        members.set(key, value(depth + 1));
      } while (next(','));
      return next('}') ? members : refuse();
    }
    take(SPACE);
    const word = take(WORD);
    if (word === '' || word === '-0') refuse();
    return word === 'null' ? null : word === 'true' ? true : word === 'false' ? false : BigInt(word);
  };
  const whole = value(0);
  take(SPACE);
  demand(at === written.length, code, at);
  return whole;
}
