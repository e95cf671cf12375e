import type { Bytes } from './bytes.js';
import { Reader } from './cbor.js';
import { demand } from './error.js';
import { sha256, tag } from './hash.js';

const LINE_BYTES_MAX = 512;
const U64_MAX = (1n << 64n) - 1n;
const I64_MAX = (1n << 63n) - 1n;
const U16_MAX = 0xffffn;

export const BASIS = { usage: 1, unclaimedRedistribution: 5, adjustment: 6 };
const BASES = 6n;
const HOLDS = 8n;
const STATES = 3n;

/** One use of a work (spec §24.4, kind 1). */
export interface UsageLine {
  firstDay: bigint;
  lastDay: bigint;
  uses: bigint;
  seconds: bigint;
  revenue: bigint;
}

/** What falls to one rightsholder for one work (kind 2). */
export interface AllocationLine {
  work: Bytes;
  usedOn: bigint;
  basis: number;
  /** Hash of the usage line it rests on, or of the line it mends. */
  source: Bytes | null;
  share: bigint;
  weight: bigint;
  amount: bigint;
  hold: number;
}

/** What is paid to one rightsholder (kind 3). */
export interface PayoutLine {
  state: number;
  net: bigint;
  tax: bigint;
  levied: bigint;
}

/** What is still owed of an allocation (kind 4). */
export interface RemainderLine {
  open: bigint;
  held: bigint;
}

/** An amount, or a day. */
function signed(reader: Reader): bigint {
  const at = reader.position;
  const value = reader.integer();
  demand(value >= -I64_MAX - 1n && value <= I64_MAX, 'cbor-range', at);
  return value;
}

const unsigned = (reader: Reader, max = U64_MAX) => reader.unsigned(max);

/** A number from `least` to `most`. */
function word(reader: Reader, least: bigint, most: bigint): number {
  const at = reader.position;
  const value = unsigned(reader);
  demand(value >= least && value <= most, 'cbor-range', at);
  return Number(value);
}

/** Reads a line of a kind with so many items behind the kind's number. */
function lineOf<T>(line: Bytes, kind: bigint, items: number, read: (reader: Reader) => T): T {
  demand(line.length <= LINE_BYTES_MAX, 'line-syntax', LINE_BYTES_MAX);
  const reader = new Reader(line);
  const width = reader.array();
  reader.fixed(32);
  reader.fixed(32);
  demand(width === items + 3 && unsigned(reader) === kind, 'line-syntax');
  const said = read(reader);
  reader.end();
  return said;
}

export function usageLine(line: Bytes): UsageLine {
  return lineOf(line, 1n, 6, (reader) => {
    const said = { firstDay: signed(reader), lastDay: signed(reader), uses: unsigned(reader), seconds: unsigned(reader), revenue: unsigned(reader) };
    reader.fixed(32);
    return said;
  });
}

export function allocationLine(line: Bytes): AllocationLine {
  return lineOf(line, 2n, 8, (reader) => ({
    work: reader.fixed(32),
    usedOn: signed(reader),
    basis: word(reader, 1n, BASES),
    source: reader.fixedOrNull(32),
    share: unsigned(reader, U16_MAX),
    weight: unsigned(reader),
    amount: signed(reader),
    hold: word(reader, 0n, HOLDS),
  }));
}

export function payoutLine(line: Bytes): PayoutLine {
  return lineOf(line, 3n, 5, (reader) => {
    const said = { state: word(reader, 1n, STATES), net: signed(reader), tax: signed(reader), levied: signed(reader) };
    reader.fixed(32);
    return said;
  });
}

export function remainderLine(line: Bytes): RemainderLine {
  return lineOf(line, 4n, 2, (reader) => ({ open: signed(reader), held: signed(reader) }));
}

/** Commitment to private amounts (spec §14.4). */
export function privateCommitment(salt: Bytes, amounts: Bytes): Bytes {
  return sha256(tag('tamga/private/v1'), salt, amounts);
}
