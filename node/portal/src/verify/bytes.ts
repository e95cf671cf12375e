import { FormatError } from './error.js';

export type Bytes = Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The text that these bytes are; `undefined` if they are not valid UTF-8. */
export function text(bytes: Bytes): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function concat(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Below, equal or above, as unsigned bytes. */
export function compare(a: Bytes, b: Bytes): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

export function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && compare(a, b) === 0;
}

/** `n` in `width` bytes, most significant first. */
export function be(n: bigint | number, width: number): Bytes {
  const bytes = new Uint8Array(width);
  let rest = BigInt(n);
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

export function readBe(bytes: Bytes): bigint {
  return bytes.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
}

export function hex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Lower-case hexadecimal (spec §3.2). */
export function fromHex(digits: string, length?: number): Bytes {
  if (digits.length % 2 !== 0 || (length !== undefined && digits.length !== 2 * length)) {
    throw new FormatError('hex-invalid', 0);
  }
  const wrong = digits.search(/[^0-9a-f]/);
  if (wrong >= 0) throw new FormatError('hex-invalid', wrong);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

function index(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

const VALUES = { standard: index(STANDARD), url: index(URL_SAFE) };

function unpack(digits: string, values: Int8Array): Bytes | undefined {
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = values[digits.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/** Standard base64 with padding and without unused bits (spec §11.1); `undefined` for anything else. */
export function base64(digits: string): Bytes | undefined {
  if (digits.length % 4 !== 0) return undefined;
  return unpack(digits.replace(/={1,2}$/, ''), VALUES.standard);
}

/** The one base64 of these bytes. */
export function toBase64(bytes: Bytes): string {
  let digits = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    digits += STANDARD[group >> 18]! + STANDARD[(group >> 12) & 63]!;
    digits += left > 1 ? STANDARD[(group >> 6) & 63]! : '=';
    digits += left > 2 ? STANDARD[group & 63]! : '=';
  }
  return digits;
}

/** base64url without padding (RFC 4648 §5), unused bits zero; `undefined` for anything else. */
export function base64url(digits: string): Bytes | undefined {
  return unpack(digits, VALUES.url);
}

export function toBase64url(bytes: Bytes): string {
  return toBase64(bytes).replace(/=+$/, '').replace(/\+/g, '-').replace(/\//g, '_');
}

/** A decimal number without leading zeros, of less than 2^64; `undefined` for anything else. */
export function decimal(digits: string): bigint | undefined {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(digits)) return undefined;
  const n = BigInt(digits);
  return n < 1n << 64n ? n : undefined;
}
