import { type Bytes, be, equal, utf8 } from './bytes.js';
import { type BlockLeaf, decodeBlockLeaf, subjectLeaf } from './block-leaf.js';
import { demand, FormatError } from './error.js';
import { leafHash } from './hash.js';
import { line, Lines, noteText, PATH_MAX } from './text-lines.js';
import { checkConsistency, checkInclusion, Frontier } from './merkle.js';
import { checkAbsence, checkPresence, mapValue } from './mpt.js';
import type { Note } from './note.js';
import { type Accepted, judgeMinimal, type Policy } from './policy.js';
import { mapKey, parseSubject, statusHash, type Subject, subjectText } from './subject.js';
import { FILE_BYTES_MAX } from './tlog-proof.js';

export const VERSION = 'tamga-subject/v1';
const RECORDS_MAX = 4_096;
const STATUS_BYTES_MAX = 4_096;

/** A status that is shown with its nonce, or its hash. */
export type Status = { nonce: Bytes; status: Bytes } | { hash: Bytes };

/** What stands under a subject's key. */
export interface Present {
  records: bigint;
  status: Status;
  held: bigint;
  heldHashes: Bytes[];
  shown: { index: bigint; leaf: Bytes }[];
  rest?: Bytes;
  restPath: Bytes[];
}

/** All records of a subject as of a block, or that there are none, and its status (spec §13.9). */
export interface SubjectProof {
  subject: Subject;
  present?: Present;
  map: Bytes;
  block: BlockLeaf;
  blockPath: Bytes[];
  note: Note;
}

export function parseSubjectProof(written: string): SubjectProof {
  demand(utf8(written).length <= FILE_BYTES_MAX, 'proof-file-too-long');
  const lines = new Lines(written);
  demand(lines.raw() === VERSION, 'proof-file-version', 0);
  const subject = readSubject(lines);
  const present = lines.word('absent') ? undefined : readPresent(lines);
  const map = lines.bytes(lines.value('map'));
  const block = decodeBlockLeaf(lines.bytes(lines.value('block')));
  const blockPath = lines.hashes('block-hash', PATH_MAX);
  lines.gap();
  const proof = { subject, present, map, block, blockPath, note: lines.note() };
  demand(subjectProofText(proof) === written, 'proof-file-syntax');
  return proof;
}

function readSubject(lines: Lines): Subject {
  const written = lines.value('subject');
  try {
    return parseSubject(written);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.code, lines.at - 1) : error;
  }
}

function readPresent(lines: Lines): Present {
  const records = lines.number(lines.value('records'));
  const status = readStatus(lines);
  const held = lines.number(lines.value('held'));
  const heldHashes = lines.hashes('held-hash', 64);
  if (Frontier.of(held, heldHashes) === undefined) lines.refuse();
  const shown: Present['shown'] = [];
  for (let value = lines.optional('record'); value !== undefined; value = lines.optional('record')) {
    if (shown.length === RECORDS_MAX) lines.refuse(lines.at - 1);
    const [index, leaf] = lines.pair(value);
    const hash = lines.bytes(leaf, 32);
    shown.push({ index: lines.number(index), leaf: hash });
  }
  const value = lines.optional('rest');
  const rest = value === undefined ? undefined : lines.bytes(value, 32);
  const restPath = rest === undefined ? [] : lines.hashes('rest-hash', PATH_MAX);
  return { records, status, held, heldHashes, shown, rest, restPath };
}

function readStatus(lines: Lines): Status {
  const value = lines.optional('status');
  if (value === undefined) return { hash: lines.bytes(lines.value('status-hash'), 32) };
  const [first, second] = lines.pair(value);
  const status = lines.bytes(second);
  const nonce = lines.bytes(first);
  if (status.length > STATUS_BYTES_MAX || nonce.length !== 16) lines.refuse(lines.at - 1);
  return { nonce, status };
}

export function subjectProofText(proof: SubjectProof): string {
  return [
    `${VERSION}\n`,
    line('subject', subjectText(proof.subject)),
    ...(proof.present === undefined ? ['absent\n'] : presentText(proof.present)),
    line('map', proof.map),
    line('block', proof.block.bytes),
    ...proof.blockPath.map((hash) => line('block-hash', hash)),
    '\n',
    noteText(proof.note),
  ].join('');
}

function presentText(present: Present): string[] {
  const { status } = present;
  return [
    line('records', present.records),
    'hash' in status ? line('status-hash', status.hash) : line('status', status.nonce, status.status),
    line('held', present.held),
    ...present.heldHashes.map((hash) => line('held-hash', hash)),
    ...present.shown.map((record) => line('record', record.index, record.leaf)),
    ...(present.rest === undefined ? [] : [line('rest', present.rest)]),
    ...present.restPath.map((hash) => line('rest-hash', hash)),
  ];
}

/** What a proof about a subject proves. */
export interface ProvenSubject {
  accepted: Accepted;
  records: bigint;
  /** Whether the records shown, after those seen before, are all there are. */
  complete: boolean;
  frontier: Frontier;
}

/** The checks of §13.9, for a verifier who has seen `known` before. */
export function checkSubjectProof(proof: SubjectProof, policy: Policy, known = new Frontier(), passed: (check: string) => void = () => {}): ProvenSubject {
  const { block, present } = proof;
  const accepted = judgeMinimal(policy, proof.note);
  passed('quorum');
  const { size, root } = accepted.checkpoint;
  demand(block.size !== 0n && block.size <= size, 'receipt-size');
  checkInclusion(block.size - 1n, size, leafHash(block.bytes), proof.blockPath, root);
  passed('block');
  const key = mapKey(proof.subject);
  if (present === undefined) {
    checkAbsence(block.mapRoot, key, proof.map);
    demand(known.size === 0n, 'subject-known');
    passed('absence');
    return { accepted, records: 0n, complete: true, frontier: known };
  }
  const same = present.held === known.size && present.heldHashes.every((hash, i) => equal(hash, known.hashes[i]!));
  demand(same, 'subject-known');
  const frontier = Frontier.of(present.held, present.heldHashes)!;
  let before = -1n;
  for (const record of present.shown) {
    demand(record.index > before, 'subject-records');
    frontier.push(leafHash(subjectLeaf(record.index, record.leaf)));
    before = record.index;
  }
  const reachesTheEnd = frontier.size === present.records;
  demand(frontier.size <= present.records && reachesTheEnd === (present.rest === undefined), 'subject-records');
  const subjectRoot = present.rest ?? frontier.root();
  if (present.rest !== undefined && frontier.size > 0n) {
    checkConsistency(frontier.size, frontier.root(), present.records, present.rest, present.restPath);
  } else {
    demand(present.restPath.length === 0, 'proof-shape');
  }
  demand(before < block.size - 1n, 'subject-records');
  passed('records');
  const { status } = present;
  const hash = 'hash' in status ? status.hash : statusHash(status.nonce, status.status);
  checkPresence(block.mapRoot, key, mapValue(be(present.records, 8), subjectRoot, hash), proof.map);
  passed('map');
  return { accepted, records: present.records, complete: frontier.size === present.records, frontier };
}

