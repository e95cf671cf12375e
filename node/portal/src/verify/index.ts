/** A second verifier of Tamga's proofs, written from the specification alone. */
import { type Assignment, checkAssignment, type Genesis, parseAssignment, VERSION as ASSIGNMENT } from './assignment.js';
import { type Bytes, fromHex, hex, text, toBase64url } from './bytes.js';
import type { OpenedField } from './body.js';
import { parseContradiction, VERSION as CONTRADICTION } from './contradiction.js';
import { FormatError } from './error.js';
import { judgeEvidence, parseEvidence, VERSION as EVIDENCE } from './evidence.js';
import type { Accepted } from './policy.js';
import { checkPolicyChain, parsePolicyChain, VERSION as CHAIN } from './policy-chain.js';
import { checkReceipt, parseReceipt, VERSION as RECEIPT } from './receipt.js';
import { decodeRecord, type SignedRecord } from './record.js';
import { checkStatement, isStatement, parseStatement } from './statement.js';
import type { Frontier } from './merkle.js';
import { subjectText } from './subject.js';
import { checkSubjectProof, parseSubjectProof, VERSION as SUBJECT } from './subject-proof.js';
import { checkTlogProof, parseTlogProof, VERSION as TLOG_PROOF } from './tlog-proof.js';
import { isPolicyChain, readTrust, type Trusted } from './trust.js';
import { type Verdict, verdictOf } from './verdict.js';

export { FormatError } from './error.js';
export { parsePolicy, type Policy, type Trust } from './policy.js';
export { checkPolicyChain, parsePolicyChain, policyDigest, rulingOf, type Policies, type PolicyChain } from './policy-chain.js';
export { isPolicyChain, readTrust, type Trusted, withChain } from './trust.js';
export { checkAssignment, parseAssignment, type Assignment, type Genesis } from './assignment.js';
export { readGenesis } from './genesis.js';
export { judgeEvidence, parseEvidence, type Evidence } from './evidence.js';
export { checkStatement, isStatement, parseStatement, type ProvenStatement, type Statement } from './statement.js';
export { findOmission, listingOf, type Listing } from './omission.js';
export { checkReceipt, parseReceipt, type Receipt } from './receipt.js';
export { checkSubjectProof, parseSubjectProof, type SubjectProof } from './subject-proof.js';
export { checkTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.js';
export { checkRange, decodeRange, type Range } from './range.js';
export { Frontier } from './merkle.js';
export { parseAcceptance, type Acceptance } from './acceptance.js';
export { parseContradiction, type Contradiction } from './contradiction.js';
export { decodeRecord, type SignedRecord } from './record.js';
export type { Verdict } from './verdict.js';

export type Kind = 'receipt' | 'tlog-proof' | 'subject' | 'statement' | 'assignment' | 'acceptance' | 'contradiction' | 'evidence' | 'policies' | 'reconciliation' | 'unknown';

/** What was checked of a file, in order. */
export interface Check {
  id: string;
  ok: boolean | null;
}

export interface Report {
  verdict: Verdict;
  kind: Kind;
  /** The stable code of what refused it. */
  code?: string;
  /** Byte or line of the fault. */
  position?: number | string;
  checks: Check[];
  /** What is proven. */
  facts: Record<string, unknown>;
}

export interface Options {
  /** The entry that a `.tlog-proof` is of. */
  entry?: Bytes;
  /** What the file says it is, by its name; otherwise its first line tells. */
  as?: Kind;
  /** What of the genesis file is trusted, to judge an assignment by. */
  genesis?: Genesis;
  /** What was seen before of the subject that a proof is about: `facts.frontier` of the page before. */
  known?: Frontier;
  /** Digest of the policy of the genesis in hexadecimal, to judge a chain of policies by. */
  root?: string;
}

/** What a file's first line says it is. */
const KINDS: Record<string, Kind> = {
  [RECEIPT]: 'receipt',
  [TLOG_PROOF]: 'tlog-proof',
  [SUBJECT]: 'subject',
  [CONTRADICTION]: 'contradiction',
  [EVIDENCE]: 'evidence',
  [ASSIGNMENT]: 'assignment',
  [CHAIN]: 'policies',
  'tamga-reconciliation/v1': 'reconciliation',
  'tamga-acceptance/v1': 'acceptance',
};

const CHECKS: Partial<Record<Kind, string[]>> = {
  receipt: ['form', 'quorum', 'inclusion', 'block', 'signature', 'ledger'],
  'tlog-proof': ['form', 'quorum', 'inclusion'],
  subject: ['form', 'quorum', 'block'],
  contradiction: ['form'],
  evidence: ['form', 'policy'],
  assignment: ['form', 'receipts', 'genesis', 'run', 'draw'],
  policies: ['form', 'chain'],
  statement: ['form', 'receipts', 'sums'],
};

/** Judges a file by a policy or by a chain of policies. Never throws for what the file or the policy holds. */
export function verifyFile(bytes: Uint8Array, policyText: string, options: Options = {}): Promise<Report> {
  return Promise.resolve(judgeFile(bytes, policyText, options));
}

function judgeFile(bytes: Bytes, policyText: string, options: Options): Report {
  const checks: Check[] = [];
  const written = text(bytes);
  const firstLine = written?.split('\n', 1)[0] ?? '';
  const kind = options.as ?? KINDS[firstLine] ?? (written !== undefined && isStatement(written) ? 'statement' : 'unknown');
  const passed = (id: string) => checks.push({ id, ok: true });
  try {
    const trusted = trustIn(policyText, options.root);
    if (written === undefined && kind !== 'unknown') throw new FormatError('proof-file-version');
    const facts = prove(kind, written ?? '', trusted, options, passed);
    if (facts === undefined) return { verdict: 'cannot-check', kind, checks, facts: {} };
    return { verdict: 'authentic', kind, checks, facts };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const verdict = verdictOf(error.code);
    const next = (CHECKS[kind] ?? []).find((id) => !checks.some((check) => check.id === id));
    if (next !== undefined) checks.push({ id: next, ok: verdict === 'mismatch' ? false : null });
    return { verdict, kind, code: error.code, position: error.position, checks, facts: {} };
  }
}

/** What a file proves; `undefined` for a kind that is not checked here. */
function prove(kind: Kind, written: string, { policyOf }: Trusted, options: Options, passed: (id: string) => void): Record<string, unknown> | undefined {
  switch (kind) {
    case 'receipt': {
      const receipt = parseReceipt(written);
      passed('form');
      const { accepted, opened } = checkReceipt(receipt, policyOf(receipt.proof.note), passed);
      const { block, proof } = receipt;
      return { ...recordFacts(receipt.record), ...noteFacts(accepted), index: Number(proof.index), height: Number(block.height), recordedAt: Number(block.time), opened: opened.map(fieldFacts) };
    }
    case 'tlog-proof': {
      const proof = parseTlogProof(written);
      passed('form');
      if (options.entry === undefined) throw new FormatError('proof-file-entry');
      const record = decodeRecord(options.entry);
      const accepted = checkTlogProof(proof, record.leaf, policyOf(proof.note));
      passed('quorum');
      passed('inclusion');
      return { ...recordFacts(record), ...noteFacts(accepted), index: Number(proof.index) };
    }
    case 'subject': {
      const proof = parseSubjectProof(written);
      passed('form');
      const proven = checkSubjectProof(proof, policyOf(proof.note), options.known, passed);
      const { block, present } = proof;
      const status = present !== undefined && 'status' in present.status ? hex(present.status.status) : undefined;
      return {
        subject: subjectText(proof.subject), ...noteFacts(proven.accepted), height: Number(block.height), recordedAt: Number(block.time),
        records: Number(proven.records), complete: proven.complete, frontier: proven.frontier, absent: present === undefined, status,
        indexes: present?.shown.map((record) => Number(record.index)) ?? [],
      };
    }
    case 'contradiction': {
      const { key, checkpoints } = parseContradiction(written);
      passed('form');
      return { key: key.name, signers: [key.name], origin: checkpoints[0].origin, size: Number(checkpoints[0].size), roots: checkpoints.map((it) => hex(it.root)) };
    }
    case 'evidence': {
      const evidence = parseEvidence(written);
      passed('form');
      const [a, b] = evidence.notes;
      const meaning = judgeEvidence(evidence, [policyOf(a), policyOf(b)]);
      passed('policy');
      const [{ origin, size, root }, other] = evidence.checkpoints;
      return { origin, size: Number(size), sizes: [Number(size), Number(other.size)], root: hex(root), otherRoot: hex(evidence.prefix ?? other.root), log: meaning.log, signers: meaning.cosigners, withstands: meaning.withstands, finals: meaning.finals, exceeds: meaning.exceeds };
    }
    case 'assignment': {
      const file = parseAssignment(written);
      passed('form');
      if (options.genesis === undefined) return undefined;
      const proven = checkAssignment(file, policyOf, options.genesis, passed);
      return { ...assignmentFacts(file), ...noteFacts(proven.accepted), beacon: hex(proven.beacon), seed: hex(proven.seed), candidatesRoot: hex(proven.root) };
    }
    case 'statement': {
      const file = parseStatement(written);
      passed('form');
      const { rightsholder, cmo, statements, whole, ...shown } = checkStatement(file, policyOf, passed);
      const { period, closing } = statements.at(-1)!;
      const total = (name: 'allocated' | 'net' | 'tax' | 'levied') => statements.reduce((sum, it) => sum + it[name], 0n);
      return {
        subject: subjectText(rightsholder), organisation: subjectText({ role: 7, id: cmo }), ...shown, statements: statements.length, periods: [statements[0]!.period, period],
        allocated: total('allocated'), net: total('net'), tax: total('tax'), levied: total('levied'), closing,
        ...(whole && { owed: whole.owed, later: whole.later, height: Number(whole.height), recordedAt: Number(whole.time), complete: true }),
      };
    }
    case 'policies': {
      const chain = parsePolicyChain(written);
      passed('form');
      if (options.root === undefined) return undefined;
      const { rulings } = checkPolicyChain(chain, fromHex(options.root, 32));
      passed('chain');
      const newest = rulings.at(-1)!;
      return { origin: newest.policy.origin, newest: newest.number, policy: hex(newest.policy.hash), root: options.root };
    }
    default:
      return undefined;
  }
}

/** What was trusted last: a chain is long to check, and files come by the dozen. */
let last: { written: string; root?: string; trusted: Trusted } | undefined;

function trustIn(written: string, root?: string): Trusted {
  if (last?.written === written && last.root === root) return last.trusted;
  const trusted = readTrust(written, root !== undefined && isPolicyChain(written) ? fromHex(root, 32) : undefined);
  last = { written, root, trusted };
  return trusted;
}

function assignmentFacts({ commitment, draw, blocks }: Assignment): Record<string, unknown> {
  const officer = draw.record.fields.get(1);
  const committed = commitment.record.fields.get(5);
  return {
    recordId: hex(draw.record.id), kind: draw.record.kind, subject: subjectText(draw.record.subject), eventTime: draw.record.eventTime,
    recordedAt: Number(draw.block.time), committedAt: Number(commitment.block.time), height: Number(draw.block.height), blocks: blocks.length + 1,
    officer: officer instanceof Uint8Array ? `officer:${toBase64url(officer)}` : undefined, candidates: Array.isArray(committed) ? committed.length : 0,
  };
}

function recordFacts(record: SignedRecord): Record<string, unknown> {
  return {
    recordId: hex(record.id), kind: record.kind, version: record.version, subject: subjectText(record.subject), issuer: subjectText(record.issuer),
    keyId: hex(record.keyId), eventTime: record.eventTime, validUntil: record.validUntil, subjects: record.others.map(subjectText), audience: record.audience,
  };
}

function noteFacts(accepted: Accepted): Record<string, unknown> {
  const { checkpoint, cosigners } = accepted;
  return { origin: checkpoint.origin, size: Number(checkpoint.size), root: hex(checkpoint.root), cosigners };
}

function fieldFacts(field: OpenedField): { name: string; value: unknown } {
  return { name: field.name, value: field.value instanceof Uint8Array ? hex(field.value) : field.value };
}
