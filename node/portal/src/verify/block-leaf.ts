import { type Bytes, be, readBe } from './bytes.js';
import { demand } from './error.js';

const TIME_MAX = 253_402_300_799_999n;
const EXTENSION_MAX = 1_024;
const FIXED = 156;
const EXTENSION_BYTES = 117;

/** The leaf that closes a block (spec §10.2). */
export interface BlockLeaf {
  bytes: Bytes;
  height: bigint;
  size: bigint;
  time: bigint;
  prev: Bytes;
  mapRoot: Bytes;
  policyHash: Bytes;
  rulesHash: Bytes;
  extension?: Extension;
}

/** Who built the block in which round, and its beacon proof, which is not checked here (spec §10.3). */
export interface Extension {
  builder: Bytes;
  round: number;
  proof: Bytes;
}

function decodeExtension(bytes: Bytes): Extension {
  demand(bytes[0] === 1, 'beacon-version');
  demand(bytes.length === EXTENSION_BYTES, 'beacon-syntax', bytes.length);
  return { builder: bytes.subarray(1, 33), round: Number(readBe(bytes.subarray(33, 37))), proof: bytes.subarray(37) };
}

export function decodeBlockLeaf(bytes: Bytes): BlockLeaf {
  demand(bytes.length > 0, 'leaf-syntax', 0);
  demand(bytes[0] === 1, 'leaf-version', 0);
  demand(bytes[1] === 1 || bytes.length === 1, 'leaf-version', 0);
  demand(bytes.length >= FIXED, 'leaf-syntax', bytes.length);
  const number = (at: number, width: number) => readBe(bytes.subarray(at, at + width));
  const hash = (at: number) => bytes.subarray(at, at + 32);
  const length = Number(number(154, 2));
  demand(number(18, 8) <= TIME_MAX, 'leaf-syntax', 18);
  demand(length <= EXTENSION_MAX && bytes.length === FIXED + length, 'leaf-syntax', FIXED);
  return {
    bytes,
    height: number(2, 8),
    size: number(10, 8),
    time: number(18, 8),
    prev: hash(26),
    mapRoot: hash(58),
    policyHash: hash(90),
    rulesHash: hash(122),
    ...(length > 0 && { extension: decodeExtension(bytes.subarray(FIXED)) }),
  };
}

/** The index of a subject's record and its leaf hash, as a leaf of the subject's tree (spec §7.4). */
export function subjectLeaf(index: bigint, hash: Bytes): Bytes {
  const bytes = new Uint8Array(40);
  bytes.set(be(index, 8));
  bytes.set(hash, 8);
  return bytes;
}
