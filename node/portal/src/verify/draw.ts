import { type Bytes, be, compare, concat, equal, readBe } from './bytes.js';
import type { Value } from './cbor.js';
import { leafHash, sha256, tag } from './hash.js';
import { rootOf } from './merkle.js';

const CANDIDATES_MAX = 500;
const U32_MAX = 0xffff_ffffn;
/** Reasons for leaving an officer out, numbered from 1 (spec §16.18 point 2). */
const REASONS = ['WRONG_REGION', 'OFFICE_NOT_IN_FORCE', 'KEY_NOT_IN_FORCE', 'OWN_TAG', 'DECLARED_RELATION', 'PREVIOUS_RECUSAL', 'ANNULLED_ACT'];

/** An officer who may be drawn, or is left out for a reason. */
export interface Candidate {
  officer: Bytes;
  reason?: string;
}

/** A candidate with what the draw weighs. */
export type Weighed = Candidate & { load?: number; weight: bigint };

function isId(value: Value | undefined): value is Bytes {
  return value instanceof Uint8Array && value.length === 32;
}

/** Candidates as a record lists them: ascending, each once; `undefined` if they are none. */
export function readCandidates(value: Value | undefined): Candidate[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > CANDIDATES_MAX) return undefined;
  const candidates: Candidate[] = [];
  for (const item of value) {
    const [officer, reason] = Array.isArray(item) ? item : [item];
    if (!isId(officer) || (Array.isArray(item) && (item.length !== 2 || typeof reason !== 'string' || !REASONS.includes(reason)))) return undefined;
    const before = candidates.at(-1);
    if (before !== undefined && compare(before.officer, officer) >= 0) return undefined;
    candidates.push(typeof reason === 'string' ? { officer, reason } : { officer });
  }
  return candidates;
}

export function readLoads(value: Value | undefined): number[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > CANDIDATES_MAX) return undefined;
  const loads = value.filter((load): load is bigint => typeof load === 'bigint' && load >= 0n && load <= U32_MAX);
  return loads.length === value.length ? loads.map(Number) : undefined;
}

/** Weighs the candidates, version 1 (spec §16.18 point 4): one load for each who is not left out, or `undefined`. */
export function weigh(candidates: Candidate[], loads: number[], maxLoad: number): Weighed[] | undefined {
  const drawn = candidates.filter(({ reason }) => reason === undefined);
  if (drawn.length !== loads.length) return undefined;
  const allowed = (load: number) => maxLoad === 0 || load <= maxLoad;
  const most = loads.filter(allowed).reduce((a, b) => Math.max(a, b), 0);
  let next = 0;
  return candidates.map((candidate) => {
    if (candidate.reason !== undefined) return { ...candidate, weight: 0n };
    const load = loads[next++]!;
    return { ...candidate, load, weight: allowed(load) ? BigInt(most - load + 1) : 0n };
  });
}

export function candidatesRoot(candidates: Weighed[]): Bytes {
  const leaves = candidates.map(({ officer, reason, load, weight }) =>
    reason === undefined ? concat(officer, Uint8Array.of(1), be(load!, 4), be(weight, 8)) : concat(officer, Uint8Array.of(2, REASONS.indexOf(reason) + 1)),
  );
  return sha256(concat(tag('tamga/candidates/v1'), be(leaves.length, 2), rootOf(leaves.map(leafHash))));
}

export function drawSeed(beacon: Bytes, caseId: Bytes, root: Bytes): Bytes {
  return sha256(concat(tag('tamga/draw-seed/v1'), beacon, caseId, root));
}

/** The officer whom the seed picks (spec §16.18 point 6). */
export function pick(candidates: Weighed[], seed: Bytes): Bytes | undefined {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0n);
  if (total === 0n) return undefined;
  const whole = ((1n << 64n) / total) * total;
  for (let i = 0; i < 256; i++) {
    const x = readBe(sha256(concat(tag('tamga/draw-pick/v1'), seed, Uint8Array.of(i))).subarray(0, 8));
    if (x >= whole) continue;
    let left = x % total;
    return candidates.find(({ weight }) => (left -= weight) < 0n)?.officer;
  }
  return undefined;
}

/** Whether a value is exactly these bytes. */
export function isBytes(value: Value | undefined, bytes: Bytes): boolean {
  return value instanceof Uint8Array && equal(value, bytes);
}
