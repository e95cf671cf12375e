import { type Bytes, concat, equal } from './bytes.js';
import { demand, FormatError } from './error.js';
import { sha256 } from './hash.js';

const PROOF_BYTES_MAX = 8_770;
const KEY_BYTES = 32;
const SYNTAX = 'map-proof-syntax';
const EMPTY = sha256(new Uint8Array());

function varint(n: number): Bytes {
  const bytes: number[] = [];
  for (let rest = n; ; rest >>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Hash of a leaf of the map (spec §9.2). */
function leaf(key: Bytes, value: Bytes): Bytes {
  return sha256(Uint8Array.of(0), varint(key.length), key, varint(value.length), value);
}

function inner(bit: number, left: Bytes, right: Bytes): Bytes {
  return sha256(Uint8Array.of(1), varint(bit), left, right);
}

/** Bit 0 is the most significant of the first byte. */
function bitOf(key: Bytes, bit: number): number {
  return (key[bit >> 3]! >> (7 - (bit & 7))) & 1;
}

class Proof {
  at = 0;

  constructor(readonly bytes: Bytes) {
    demand(bytes.length <= PROOF_BYTES_MAX, SYNTAX, PROOF_BYTES_MAX);
  }

  /** A number in its shortest form; a bit is below 256, so two bytes are enough for every number of the map. */
  varint(): number {
    const begun = this.at;
    let n = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at];
      demand(byte !== undefined, SYNTAX, this.at);
      demand(shift < 28, SYNTAX, begun);
      this.at += 1;
      n |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        demand(byte !== 0 || shift === 0, SYNTAX, begun);
        return n;
      }
    }
  }

  take(length: number): Bytes {
    demand(this.bytes.length - this.at >= length, SYNTAX, this.bytes.length);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  sized(): Bytes {
    const begun = this.at;
    demand(this.varint() === KEY_BYTES, SYNTAX, begun);
    return this.take(KEY_BYTES);
  }

  /** Climbs from a leaf to the root. `other` is a key that has to differ nowhere on the way. */
  climb(key: Bytes, start: Bytes, other?: Bytes): Bytes {
    let hash = start;
    let before = 256;
    while (this.at < this.bytes.length) {
      const begun = this.at;
      const bit = this.varint();
      demand(bit < before, SYNTAX, begun);
      demand(other === undefined || bitOf(key, bit) === bitOf(other, bit), SYNTAX, begun);
      const sibling = this.take(KEY_BYTES);
      hash = bitOf(key, bit) === 0 ? inner(bit, hash, sibling) : inner(bit, sibling, hash);
      before = bit;
    }
    return hash;
  }
}

/** Demands that the map of this root holds `value` under `key` (spec §9.3). */
export function checkPresence(root: Bytes, key: Bytes, value: Bytes, path: Bytes): void {
  const hash = new Proof(path).climb(key, leaf(key, value));
  demand(equal(hash, root), 'map-proof-root', 0);
}

/** Demands that the map of this root holds nothing under `key` (spec §9.3). */
export function checkAbsence(root: Bytes, key: Bytes, path: Bytes): void {
  if (path.length === 0) {
    demand(equal(root, EMPTY), 'map-proof-root', 0);
    return;
  }
  const proof = new Proof(path);
  const found = proof.sized();
  if (equal(found, key)) throw new FormatError(SYNTAX, 0);
  const value = proof.sized();
  const hash = proof.climb(found, leaf(found, value), key);
  demand(equal(hash, root), 'map-proof-root', 0);
}

/** What stands under a subject's key (spec §7.4). */
export function mapValue(records: Bytes, root: Bytes, statusHash: Bytes): Bytes {
  return sha256(concat(Uint8Array.of(2), records, root, statusHash));
}
