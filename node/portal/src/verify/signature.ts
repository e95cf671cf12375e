import { ed25519 } from '@noble/curves/ed25519.js';
import { type Bytes, concat, equal, fromHex } from './bytes.js';
import { demand } from './error.js';
import { sha256 } from './hash.js';

const THUMBPRINT = fromHex('a301012006215820');

/** Whether a signature is valid under the one rule of the ledger, ZIP-215 (spec §4.1). */
export function isValid(key: Bytes, message: Bytes, signature: Bytes): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, message, key, { zip215: true });
  } catch {
    return false;
  }
}

type Point = InstanceType<typeof ed25519.Point>;

/** Demands that a key may enter a registry, a genesis or a policy (spec §4.2). */
export function admit(key: Bytes): void {
  let point: Point;
  try {
    point = ed25519.Point.fromBytes(key, true);
  } catch {
    demand(false, 'key-not-point');
  }
  demand(equal(point.toBytes(), key), 'key-not-canonical');
  demand(!point.isSmallOrder(), 'key-small-order');
  demand(point.isTorsionFree(), 'key-torsion');
}

/** COSE key thumbprint (spec §4.3). */
export function keyId(key: Bytes): Bytes {
  return sha256(concat(THUMBPRINT, key));
}

