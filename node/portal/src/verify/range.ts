import { type Bytes, compare, concat } from './bytes.js';
import { Reader } from './cbor.js';
import { demand } from './error.js';
import { leafHash, nodeHash, sha256, tag } from './hash.js';

const LINE_BYTES_MAX = 512;
/** What every line begins with: the head of an array and its tag (spec §24.2). */
const TAG_AT = 3;
const TAG_END = 35;
const LINES_MAX = 100_000;
const RANGE_BYTES_MAX = LINES_MAX * (LINE_BYTES_MAX + 3) + 8_192;
const PATH_MAX = 2 * 63;
const SYNTAX = 'range-syntax';
const U64_MAX = (1n << 64n) - 1n;
/** The head of a tag. */
const TAG_HEAD = Uint8Array.of(0x58, 0x20);

interface Neighbour {
  key: Bytes;
  hash: Bytes;
}

/** All lines of one tag in a batch, or that there are none (spec §24.3). */
export interface Range {
  first: bigint;
  left?: Neighbour;
  right?: Neighbour;
  /** Without their tag. */
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

/** Reads a range. */
export function decodeRange(bytes: Bytes): Range {
  demand(bytes.length <= RANGE_BYTES_MAX, 'cbor-length', RANGE_BYTES_MAX);
  const reader = new Reader(bytes, 0, LINES_MAX + 8);
  demand(reader.array() === 6 && reader.unsigned(U64_MAX) === 1n, SYNTAX);
  const first = reader.unsigned(U64_MAX);
  const left = neighbour(reader);
  const right = neighbour(reader);
  let at = reader.position;
  const count = reader.array();
  demand(count <= LINES_MAX, SYNTAX, at);
  const lines = Array.from({ length: count }, () => reader.bytestring());
  at = reader.position;
  const path = reader.bytestring();
  demand(path.length % 32 === 0 && path.length / 32 <= PATH_MAX, SYNTAX, at);
  reader.end();
  const hashes = Array.from({ length: path.length / 32 }, (_, i) => path.subarray(32 * i, 32 * i + 32));
  return { first, left, right, lines, path: hashes };
}

/** A line with the tag that its range leaves out. */
function withTag(line: Bytes, lineTagOf: Bytes): Bytes {
  demand(line.length > 0, 'line-syntax');
  return concat(line.subarray(0, 1), TAG_HEAD, lineTagOf, line.subarray(1));
}

function neighbour(reader: Reader): Neighbour | undefined {
  const at = reader.position;
  const bytes = reader.bytestringOrNull();
  demand(bytes === null || bytes.length === 64, 'cbor-range', at);
  return bytes === null ? undefined : { key: bytes.subarray(0, 32), hash: bytes.subarray(32) };
}

function leafOf(key: Bytes, hash: Bytes): Bytes {
  return leafHash(concat(key, hash));
}

/** Demands that these are all lines of the tag in a batch of `count` lines with this root, and gives them whole (spec §24.3). */
export function checkRange(range: Range, batch: Bytes, lineTagOf: Bytes, root: Bytes, count: bigint): Bytes[] {
  const key = lineKey(batch, lineTagOf);
  const { first, left, right } = range;
  const end = first + BigInt(range.lines.length);
  demand(end <= count, 'proof-shape');
  demand((left !== undefined) === first > 0n && (right !== undefined) === end < count, 'range-gap');
  demand(left === undefined || compare(left.key, key) < 0, 'range-gap');
  demand(right === undefined || compare(right.key, key) > 0, 'range-gap');
  const lines = range.lines.map((line) => withTag(line, lineTagOf));
  demand(lines.every((line) => line.length <= LINE_BYTES_MAX), 'line-syntax');
  const hashes = lines.map(lineHash);
  const ordered = hashes.every((hash, i) => i === 0 || compare(hashes[i - 1]!, hash) < 0);
  demand(ordered, 'line-order');
  const shown = [...(left === undefined ? [] : [leafOf(left.key, left.hash)]), ...hashes.map((hash) => leafOf(key, hash)), ...(right === undefined ? [] : [leafOf(right.key, right.hash)])];
  const from = left === undefined ? first : first - 1n;
  const walk = new Walk(shown, from, range.path);
  const made = walk.node(0n, count);
  demand(walk.used === range.path.length, 'proof-shape', walk.used);
  demand(compare(made, root) === 0, 'proof-root');
  return lines;
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
