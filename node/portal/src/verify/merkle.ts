import { type Bytes, equal } from './bytes.js';
import { demand } from './error.js';
import { nodeHash, sha256 } from './hash.js';

/** Root of the tree over leaf hashes (spec §8.1). */
export function rootOf(leaves: Bytes[]): Bytes {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.push(leaf);
  return frontier.root();
}

/** The perfect subtrees of a growing tree, largest first (spec §8.2). */
export class Frontier {
  size = 0n;
  hashes: Bytes[] = [];

  /** A frontier that somebody shows: a hash per one-bit of its size, or `undefined`. */
  static of(size: bigint, hashes: Bytes[]): Frontier | undefined {
    const ones = size.toString(2).replace(/0/g, '').length;
    if (ones !== hashes.length) return undefined;
    const frontier = new Frontier();
    frontier.size = size;
    frontier.hashes = [...hashes];
    return frontier;
  }

  push(leaf: Bytes): void {
    let hash = leaf;
    for (let size = this.size; size & 1n; size >>= 1n) hash = nodeHash(this.hashes.pop()!, hash);
    this.hashes.push(hash);
    this.size += 1n;
  }

  root(): Bytes {
    const last = this.hashes.at(-1);
    if (last === undefined) return sha256(new Uint8Array());
    return this.hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}

/** Climbs from a node, with `last` the last node of its level, to the root; a path that ends before it is refused at `short`; tells each hash of the path and whether it stands on the left (spec §8.3). */
function climb(node: bigint, last: bigint, path: Bytes[], begun: number, short: number, step: (sibling: Bytes, left: boolean) => void): void {
  for (const [i, sibling] of path.entries()) {
    demand(last !== 0n, 'proof-shape', begun + i);
    const left = (node & 1n) === 1n || node === last;
    step(sibling, left);
    while (left && !(node & 1n) && node !== 0n) {
      node >>= 1n;
      last >>= 1n;
    }
    node >>= 1n;
    last >>= 1n;
  }
  demand(last === 0n, 'proof-shape', short);
}

/** Where the paths of leaves `left` < `right` of `size` leaves meet: the place of a hash of the left one's path, and the leaves `from` … `to` − 1 below it, with the right one (spec §8.3). */
export function meeting(left: bigint, right: bigint, size: bigint): { place: number; from: bigint; to: bigint } {
  let [from, to] = [0n, size];
  for (;;) {
    const place = (to - from - 1n).toString(2).length - 1;
    const middle = from + (1n << BigInt(place));
    if (right < middle) to = middle;
    else if (left >= middle) from = middle;
    else return { place, from: middle, to };
  }
}

/** Demands that leaf `index` of `size` leaves has this hash (spec §8.3). */
export function checkInclusion(index: bigint, size: bigint, leaf: Bytes, path: Bytes[], root: Bytes): void {
  demand(index < size, 'proof-shape', 0);
  let hash = leaf;
  climb(index, size - 1n, path, 0, path.length, (sibling, left) => {
    hash = left ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  });
  demand(equal(hash, root), 'proof-root', 0);
}

/** Demands that the tree of `newSize` leaves begins with that of `oldSize` (spec §8.3). */
export function checkConsistency(oldSize: bigint, oldRoot: Bytes, newSize: bigint, newRoot: Bytes, path: Bytes[]): void {
  demand(oldSize !== 0n && oldSize <= newSize, 'proof-shape', 0);
  let node = oldSize - 1n;
  let last = newSize - 1n;
  while (node & 1n) {
    node >>= 1n;
    last >>= 1n;
  }
  // Of equal trees there is nothing to climb.
  if (oldSize === newSize) node = last = 0n;
  demand(node === 0n || path.length > 0, 'proof-shape', 0);
  const [start, begun] = node === 0n ? [oldRoot, 0] : [path[0]!, 1];
  let before = start;
  let after = start;
  climb(node, last, path.slice(begun), begun, 0, (sibling, left) => {
    if (left) before = nodeHash(sibling, before);
    after = left ? nodeHash(sibling, after) : nodeHash(after, sibling);
  });
  demand(equal(before, oldRoot) && equal(after, newRoot), 'proof-root', 0);
}
