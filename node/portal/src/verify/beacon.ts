import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { type Bytes, be, concat, equal, utf8 } from './bytes.js';
import { demand } from './error.js';
import { sha256, tag } from './hash.js';

type Point = InstanceType<typeof ed25519.Point>;

const SUITE = 3;
const COFACTOR = 8n;
const ORDER = ed25519.CURVE.n;
const GAMMA_BYTES = 32;
const CHALLENGE_END = 48;

/** A point as RFC 8032 §5.1.3 reads it; `undefined` if the encoding is none. */
function pointOf(bytes: Bytes): Point | undefined {
  try {
    return ed25519.Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}

function littleEndian(bytes: Bytes): bigint {
  return bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n);
}

function hash(step: number, ...parts: Bytes[]): Bytes {
  return sha512(concat(Uint8Array.of(SUITE, step), ...parts, Uint8Array.of(0)));
}

/** RFC 9381 §5.4.1.1, try and increment, salted with the key. */
function encodeToCurve(key: Bytes, alpha: Bytes): Point | undefined {
  for (let counter = 0; counter < 256; counter++) {
    const point = pointOf(hash(1, key, alpha, Uint8Array.of(counter)).subarray(0, 32));
    const cleared = point?.multiplyUnsafe(COFACTOR);
    if (cleared !== undefined && !cleared.equals(ed25519.Point.ZERO)) return cleared;
  }
  return undefined;
}

/** Demands that a proof is of an admitted key over `alpha`, and gives its output (spec §10.4). */
export function checkVrf(key: Bytes, alpha: Bytes, proof: Bytes): Bytes {
  const gamma = pointOf(proof.subarray(0, GAMMA_BYTES));
  demand(gamma !== undefined, 'beacon-syntax', 0);
  const challenge = proof.subarray(GAMMA_BYTES, CHALLENGE_END);
  const response = littleEndian(proof.subarray(CHALLENGE_END));
  demand(response < ORDER, 'beacon-syntax', CHALLENGE_END);
  const public_ = pointOf(key);
  const base = encodeToCurve(key, alpha);
  demand(public_ !== undefined && base !== undefined, 'beacon-proof');
  const c = littleEndian(challenge);
  const u = ed25519.Point.BASE.multiplyUnsafe(response).subtract(public_.multiplyUnsafe(c));
  const v = base.multiplyUnsafe(response).subtract(gamma.multiplyUnsafe(c));
  const made = hash(2, key, base.toBytes(), gamma.toBytes(), u.toBytes(), v.toBytes());
  demand(equal(made.subarray(0, 16), challenge), 'beacon-proof');
  return hash(3, gamma.multiplyUnsafe(COFACTOR).toBytes());
}

/** What the builder of a block proves its beacon over (spec §10.4). */
export function beaconAlpha(origin: string, height: bigint): Bytes {
  return concat(tag('tamga/beacon-alpha/v1'), utf8(origin), Uint8Array.of(0), be(height, 8));
}

/** Beacon of a run of blocks (spec §10.6). */
export function runBeacon(outputs: Bytes[]): Bytes {
  return outputs.reduce((beacon: Bytes, output) => sha256(concat(tag('tamga/beacon/v1'), beacon, output)), new Uint8Array(32));
}
