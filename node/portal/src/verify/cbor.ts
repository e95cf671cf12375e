import { type Bytes, be, compare, concat, readBe, text, utf8 } from './bytes.js';
import { demand, FormatError } from './error.js';

export type Value = bigint | Bytes | string | boolean | null | Value[] | Map<bigint | string, Value>;

const DEPTH_MAX = 16;
const ITEMS_MAX = 4_096;
const KEY_TEXT_MAX = 64;

interface Head {
  major: number;
  /** The number or length; of a simple value its initial byte's low bits. */
  value: bigint;
  at: number;
}

/** Where UTF-8 stops being valid; `-1` if it never does. */
function invalidFrom(bytes: Bytes): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (length === 0 || text(bytes.subarray(at, at + length)) === undefined) return at;
    at += length;
  }
  return -1;
}

/** Reads deterministic CBOR (spec §2.1): one input, with positions in the outermost one. */
export class Reader {
  private at = 0;
  private items = 0;

  constructor(
    private readonly bytes: Bytes,
    private readonly offset = 0,
    private readonly itemsMax = ITEMS_MAX,
  ) {}

  /** Position of what is read next. */
  get position(): number {
    return this.offset + this.at;
  }

  /** Bytes from `begun`, a position, to here. */
  since(begun: number): Bytes {
    return this.bytes.subarray(begun - this.offset, this.at);
  }

  private truncated(): never {
    throw new FormatError('cbor-truncated', this.offset + this.bytes.length);
  }

  private take(length: number): Bytes {
    if (this.bytes.length - this.at < length) this.truncated();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private head(): Head {
    const at = this.position;
    const initial = this.take(1)[0]!;
    const major = initial >> 5;
    const info = initial & 31;
    if (major === 7) {
      if (info === 31) throw new FormatError('cbor-indefinite', at);
      if (info >= 28) throw new FormatError('cbor-reserved', at);
      if (info >= 25) throw new FormatError('cbor-float', at);
      if (info < 20 || info > 22) throw new FormatError('cbor-simple', at);
      this.count(at);
      return { major, value: BigInt(info), at };
    }
    if (info >= 28 && info < 31) throw new FormatError('cbor-reserved', at);
    if (info === 31) {
      const open = major >= 2 && major <= 5;
      throw new FormatError(open ? 'cbor-indefinite' : 'cbor-reserved', at);
    }
    if (major === 6) throw new FormatError('cbor-tag', at);
    this.count(at);
    let value = BigInt(info);
    if (info >= 24) {
      const width = 1 << (info - 24);
      value = readBe(this.take(width));
      const least = width === 1 ? 24n : 1n << BigInt(4 * width);
      if (value < least) throw new FormatError('cbor-not-shortest', at);
    }
    return { major, value, at };
  }

  private count(at: number): void {
    this.items += 1;
    demand(this.items <= this.itemsMax, 'cbor-items', at);
  }

  private typed(major: number): Head {
    const head = this.head();
    demand(head.major === major, 'cbor-type', head.at);
    return head;
  }

  private sized(head: Head): Bytes {
    if (head.value > BigInt(this.bytes.length - this.at)) this.truncated();
    return this.take(Number(head.value));
  }

  private counted(head: Head, least: number): number {
    if (head.value * BigInt(least) > BigInt(this.bytes.length - this.at)) this.truncated();
    return Number(head.value);
  }

  private string(head: Head): string {
    const begun = () => this.position - Number(head.value);
    const bytes = this.sized(head);
    const wrong = invalidFrom(bytes);
    demand(wrong < 0, 'cbor-utf8', begun() + wrong);
    return text(bytes)!;
  }

  integer(): bigint {
    const head = this.head();
    demand(head.major <= 1, 'cbor-type', head.at);
    return head.major === 0 ? head.value : -1n - head.value;
  }

  /** A number from 0 to `max`. */
  unsigned(max: bigint): bigint {
    const head = this.head();
    demand(head.major === 0, 'cbor-type', head.at);
    demand(head.value <= max, 'cbor-range', head.at);
    return head.value;
  }

  bytestring(): Bytes {
    return this.sized(this.typed(2));
  }

  /** A byte string of exactly this length. */
  fixed(length: number): Bytes {
    const head = this.typed(2);
    const bytes = this.sized(head);
    demand(bytes.length === length, 'cbor-range', head.at);
    return bytes;
  }

  /** A byte string of exactly this length, or null. */
  fixedOrNull(length: number): Bytes | null {
    if (this.bytes[this.at] !== 0xf6) return this.fixed(length);
    this.head();
    return null;
  }

  /** A number, or null. */
  integerOrNull(): bigint | null {
    if (this.bytes[this.at] !== 0xf6) return this.integer();
    this.head();
    return null;
  }

  /** A byte string, or null. */
  bytestringOrNull(): Bytes | null {
    if (this.bytes[this.at] !== 0xf6) return this.bytestring();
    this.head();
    return null;
  }

  text(): string {
    return this.string(this.typed(3));
  }

  array(): number {
    return this.counted(this.typed(4), 1);
  }

  map(): number {
    return this.counted(this.typed(5), 2);
  }

  /** A byte that the format gives. */
  exactly(byte: number, code: string): void {
    const at = this.position;
    demand(this.take(1)[0] === byte, code, at);
  }

  /** The keys of a map in their order; `key` reads one, `value` what follows it. */
  entries<K>(count: number, key: () => K, value: (key: K) => void): void {
    let before: Bytes | undefined;
    for (let i = 0; i < count; i++) {
      const at = this.position;
      const read = key();
      const bytes = this.since(at);
      if (before !== undefined) {
        const order = compare(bytes, before);
        demand(order !== 0, 'cbor-duplicate-key', at);
        demand(order > 0, 'cbor-key-order', at);
      }
      before = bytes;
      value(read);
    }
  }

  private key(): bigint | string {
    const head = this.head();
    if (head.major === 0) return head.value;
    if (head.major === 1) return -1n - head.value;
    demand(head.major === 3 && head.value <= KEY_TEXT_MAX, 'cbor-key-type', head.at);
    return this.string(head);
  }

  /** A key that has to be a number from 0. */
  numberKey(): bigint {
    const head = this.head();
    demand(head.major === 0, 'cbor-key-type', head.at);
    return head.value;
  }

  /** Any value (spec §2.1), nested at most 16 deep. */
  any(depth = 0): Value {
    const head = this.head();
    switch (head.major) {
      case 0:
        return head.value;
      case 1:
        return -1n - head.value;
      case 2:
        return this.sized(head);
      case 3:
        return this.string(head);
      case 4: {
        demand(depth < DEPTH_MAX, 'cbor-depth', head.at);
        const count = this.counted(head, 1);
        return Array.from({ length: count }, () => this.any(depth + 1));
      }
      case 5: {
        demand(depth < DEPTH_MAX, 'cbor-depth', head.at);
        const map = new Map<bigint | string, Value>();
        const count = this.counted(head, 2);
        this.entries(count, () => this.key(), (key) => map.set(key, this.any(depth + 1)));
        return map;
      }
      default:
        return head.value === 22n ? null : head.value === 21n;
    }
  }

  /** Demands that nothing follows. */
  end(): void {
    demand(this.at === this.bytes.length, 'cbor-trailing-bytes', this.position);
  }
}

function headOf(major: number, value: bigint): Bytes {
  const width = value < 24n ? 0 : value < 1n << 8n ? 1 : value < 1n << 16n ? 2 : value < 1n << 32n ? 4 : 8;
  if (width === 0) return Uint8Array.of((major << 5) | Number(value));
  return concat(Uint8Array.of((major << 5) | (24 + Math.log2(width))), be(value, width));
}

/** The one encoding of a value (spec §2.1). Maps are written in the order in which they were read. */
export function encode(value: Value): Bytes {
  if (typeof value === 'bigint') return value >= 0n ? headOf(0, value) : headOf(1, -1n - value);
  if (value instanceof Uint8Array) return concat(headOf(2, BigInt(value.length)), value);
  if (typeof value === 'string') return concat(headOf(3, BigInt(utf8(value).length)), utf8(value));
  if (Array.isArray(value)) return concat(headOf(4, BigInt(value.length)), ...value.map(encode));
  if (value instanceof Map) return concat(headOf(5, BigInt(value.size)), ...[...value].flatMap(([key, it]) => [encode(key), encode(it)]));
  return Uint8Array.of(value === null ? 0xf6 : value ? 0xf5 : 0xf4);
}
