import { sha256 as digest } from '@noble/hashes/sha2.js';
import { type Bytes, concat, utf8 } from './bytes.js';

export function sha256(...parts: Bytes[]): Bytes {
  return digest(parts.length === 1 ? parts[0]! : concat(...parts));
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Hash of a leaf's data (spec §8.1). */
export function leafHash(data: Bytes): Bytes {
  return sha256(LEAF, data);
}

/** Hash of an inner node (spec §8.1). */
export function nodeHash(left: Bytes, right: Bytes): Bytes {
  return sha256(NODE, left, right);
}

/** A domain tag with its closing zero (spec §3.3). */
export function tag(name: string): Bytes {
  return utf8(`${name}\0`);
}
