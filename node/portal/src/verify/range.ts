import { type Bytes, compare, concat } from './bytes.js';
import { Reader } from './cbor.js';
import { demand } from './error.js';
import { leafHash, nodeHash, sha256, tag } from './hash.js';

const LINE_BYTES_MAX = 512;
/** What every line begins with: the head of an array and its tag (spec §24.2). */
const TAG_AT = 3;
const TAG_END = 35;
const LINES_MAX = 100_000;

interface Neighbour {
  key: Bytes;
  hash: Bytes;
}

/** All lines of one tag in a batch, or that there are none (spec §24.3). */
export interface Range {
  first: bigint;
  left?: Neighbour;
  right?: Neighbour;
  lines: Bytes[];
  path: Bytes[];
}

/** Place of a tag's lines in a batch (spec §24.2). */
export function lineKey(batch: Bytes, lineTag: Bytes): Bytes {
  return sha256(concat(tag('tamga/line-key/v1'), batch, lineTag));
}

export function lineHash(line: Bytes): Bytes {
  return sha256(concat(tag('tamga/line/v1'), line));
}

/** The tag of a line. */
export function lineTag(line: Bytes): Bytes {
  return line.subarray(TAG_AT, TAG_END);
}

/** Reads a range for a tag, which its lines leave out. */
export function decodeRange(bytes: Bytes, lineTagOf: Bytes): Range {
  const reader = new Reader(bytes);
  const begun = reader.position;
  demand(reader.array() === 6, 'cbor-range', begun);
  let at = reader.position;
  demand(reader.unsigned(U64_MAX) === 1n, 'cbor-range', at);
  const first = reader.unsigned(U64_MAX);
  const left = neighbour(reader);
  const right = neighbour(reader);
  at = reader.position;
  const count = reader.array();
  demand(count <= LINES_MAX, 'line-limit', at);
  const head = concat(Uint8Array.of(0x58, 0x20), lineTagOf);
  const lines = Array.from({ length: count }, () => {
    const here = reader.position;
    const short = reader.bytestring();
    demand(short.length > 0 && short.length + head.length <= LINE_BYTES_MAX, 'line-syntax', here);
    return concat(short.subarray(0, 1), head, short.subarray(1));
  });
  at = reader.position;
  const path = reader.bytestring();
  demand(path.length % 32 === 0, 'cbor-range', at);
  reader.end();
  const hashes = Array.from({ length: path.length / 32 }, (_, i) => path.subarray(32 * i, 32 * i + 32));
  return { first, left, right, lines, path: hashes };
}

function neighbour(reader: Reader): Neighbour | undefined {
  const bytes = reader.fixedOrNull(64);
  return bytes === null ? undefined : { key: bytes.subarray(0, 32), hash: bytes.subarray(32) };
}

const U64_MAX = (1n << 64n) - 1n;

function leafOf(key: Bytes, hash: Bytes): Bytes {
  return leafHash(concat(key, hash));
}

/** Demands that these are all lines of the tag in a batch of `count` lines with this root (spec §24.3). */
export function checkRange(range: Range, batch: Bytes, lineTagOf: Bytes, root: Bytes, count: bigint): void {
  const key = lineKey(batch, lineTagOf);
  const { first, left, right } = range;
  const hashes = range.lines.map(lineHash);
  const end = first + BigInt(hashes.length);
  demand(end <= count, 'proof-shape');
  demand((left !== undefined) === first > 0n && (right !== undefined) === end < count, 'range-gap');
  demand(left === undefined || compare(left.key, key) < 0, 'range-gap');
  demand(right === undefined || compare(right.key, key) > 0, 'range-gap');
  const ordered = hashes.every((hash, i) => i === 0 || compare(hashes[i - 1]!, hash) < 0);
  demand(ordered, 'line-order');
  const shown = [...(left === undefined ? [] : [leafOf(left.key, left.hash)]), ...hashes.map((hash) => leafOf(key, hash)), ...(right === undefined ? [] : [leafOf(right.key, right.hash)])];
  const from = left === undefined ? first : first - 1n;
  const walk = new Walk(shown, from, range.path);
  const made = walk.node(0n, count);
  demand(walk.used === range.path.length, 'proof-shape', walk.used);
  demand(compare(made, root) === 0, 'proof-root');
}

/** Walks a tree from its root: what lies outside the leaves shown comes from the path. */
class Walk {
  used = 0;
  private readonly to: bigint;

  constructor(
    private readonly shown: Bytes[],
    private readonly from: bigint,
    private readonly path: Bytes[],
  ) {
    this.to = from + BigInt(shown.length);
  }

  /** Hash of the subtree over the leaves from `begin` on, `size` of them. */
  node(begin: bigint, size: bigint): Bytes {
    if (begin + size <= this.from || begin >= this.to) {
      const hash = this.path[this.used];
      demand(hash !== undefined, 'proof-shape', this.used);
      this.used += 1;
      return hash;
    }
    if (size === 1n) return this.shown[Number(begin - this.from)]!;
    const left = 1n << BigInt((size - 1n).toString(2).length - 1);
    return nodeHash(this.node(begin, left), this.node(begin + left, size - left));
  }
}
