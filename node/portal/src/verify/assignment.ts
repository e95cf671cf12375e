import { type Bytes, concat, equal, utf8 } from './bytes.js';
import { beaconAlpha, checkVrf, runBeacon } from './beacon.js';
import { type BlockLeaf, decodeBlockLeaf } from './block-leaf.js';
import { candidatesRoot, drawSeed, isBytes, pick, readCandidates, readLoads, type Weighed, weigh } from './draw.js';
import { demand } from './error.js';
import { leafHash } from './hash.js';
import { checkInclusion } from './merkle.js';
import { type Accepted, judgeMinimal, type Trust } from './policy.js';
import { checkReceipt, parseReceipt, type Receipt, receiptText, VERSION as RECEIPT } from './receipt.js';
import type { SignedRecord } from './record.js';
import { line, Lines, PATH_MAX } from './text-lines.js';

export const VERSION = 'tamga-assignment/v1';
export const ASSIGNMENT_BYTES_MAX = 4_194_304;
const BLOCKS_MAX = 1_024;
const E02 = 202;
const AUTHORITY = 3;
/** Numbers of the fields of E02 (spec §16.18). */
const FIELD = { officer: 1, algorithm: 2, phase: 3, root: 4, candidates: 5, maxLoad: 6, loads: 7, provenance: 60, documentHash: 61 };
const FIELDS = new Set(Object.values(FIELD));

interface RunBlock {
  leaf: BlockLeaf;
  path: Bytes[];
}

/** That a case was given to an officer by the draw (spec §13.5). */
export interface Assignment {
  genesisPath: Bytes[];
  /** The blocks of the run, the commitment's excepted. */
  blocks: RunBlock[];
  commitment: Receipt;
  draw: Receipt;
}

/** What of a genesis file is trusted: its hash and its validators. */
export interface Genesis {
  hash: Bytes;
  validators: { id: Bytes; organisation: string; beacon: Bytes }[];
}

export function parseAssignment(written: string): Assignment {
  demand(utf8(written).length <= ASSIGNMENT_BYTES_MAX, 'proof-file-too-long');
  demand(written.split('\n', 1)[0] === VERSION, 'proof-file-version', 0);
  const end = written.indexOf('\n\n');
  demand(end >= 0, 'proof-file-syntax', 0);
  const lines = new Lines(written.slice(0, end + 2));
  lines.raw();
  const genesisPath = lines.hashes('genesis-hash', PATH_MAX);
  const blocks: RunBlock[] = [];
  for (let value = lines.optional('block'); value !== undefined; value = lines.optional('block')) {
    if (blocks.length === BLOCKS_MAX) lines.refuse(lines.at - 1);
    const leaf = decodeBlockLeaf(lines.bytes(value));
    blocks.push({ leaf, path: lines.hashes('block-hash', PATH_MAX) });
  }
  lines.gap();
  const rest = written.slice(end + 2);
  const cut = rest.indexOf(`\n\n${RECEIPT}\n`);
  if (cut < 0) lines.refuse();
  const commitment = parseReceipt(rest.slice(0, cut + 1));
  const assignment = { genesisPath, blocks, commitment, draw: parseReceipt(rest.slice(cut + 2)) };
  demand(assignmentText(assignment) === written, 'proof-file-syntax');
  return assignment;
}

export function assignmentText({ genesisPath, blocks, commitment, draw }: Assignment): string {
  return [
    `${VERSION}\n`,
    ...genesisPath.map((hash) => line('genesis-hash', hash)),
    ...blocks.flatMap(({ leaf, path }) => [line('block', leaf.bytes), ...path.map((hash) => line('block-hash', hash))]),
    '\n',
    receiptText(commitment),
    '\n',
    receiptText(draw),
  ].join('');
}

/** An assignment that was drawn again and found as its records say. */
export interface ProvenAssignment {
  accepted: Accepted;
  officer: Bytes;
  candidates: Weighed[];
  root: Bytes;
  beacon: Bytes;
  seed: Bytes;
}

/** The checks of §13.6. */
export function checkAssignment(file: Assignment, trust: Trust, genesis: Genesis, passed: (check: string) => void = () => {}): ProvenAssignment {
  const { commitment, draw } = file;
  checkReceipt(commitment, trust(commitment.proof.note));
  const policy = trust(draw.proof.note);
  const { accepted } = checkReceipt(draw, policy);
  passed('receipts');
  const { size, root } = accepted.checkpoint;
  checkInclusion(0n, size, leafHash(concat(Uint8Array.of(2, 1), genesis.hash)), file.genesisPath, root);
  passed('genesis');
  const outputs = checkRun(file, genesis, policy.origin, judgeMinimal(policy, draw.proof.note));
  passed('run');
  const drawn = drawAgain(commitment.record, draw.record, outputs);
  passed('draw');
  return { accepted, ...drawn };
}

/** Points 3 and 4: the outputs of the run's blocks, in order of height. */
function checkRun({ commitment, draw, blocks }: Assignment, genesis: Genesis, origin: string, { checkpoint }: Accepted): Bytes[] {
  const built = (leaf: BlockLeaf) => {
    const { extension } = leaf;
    const validator = extension && genesis.validators.find(({ id }) => equal(id, extension.builder));
    demand(validator !== undefined, 'assignment-builder');
    return { organisation: validator.organisation, output: checkVrf(validator.beacon, beaconAlpha(origin, leaf.height), extension!.proof) };
  };
  const outputs = [built(commitment.block).output];
  const organisations = new Set<string>();
  let { height } = commitment.block;
  blocks.forEach(({ leaf, path }, number) => {
    demand(leaf.size > 0n && leaf.height === height + 1n && organisations.size < 2, 'assignment-blocks', number);
    checkInclusion(leaf.size - 1n, checkpoint.size, leafHash(leaf.bytes), path, checkpoint.root);
    const { organisation, output } = built(leaf);
    organisations.add(organisation);
    height = leaf.height;
    outputs.push(output);
  });
  demand(organisations.size === 2 && draw.block.height > height, 'assignment-blocks', blocks.length);
  return outputs;
}

/** Points 5 to 7. */
function drawAgain(commitment: SignedRecord, draw: SignedRecord, outputs: Bytes[]) {
  demand(phaseOf(commitment) === 'COMMIT' && phaseOf(draw) === 'DRAW', 'draw-not-committed');
  const { subject } = commitment;
  const same = draw.subject.role === subject.role && equal(draw.subject.id, subject.id);
  const refers = draw.references.some(({ relation, record }) => relation === AUTHORITY && equal(record, commitment.id));
  demand(same && refers, 'draw-not-committed');
  const maxLoad = commitment.fields.get(FIELD.maxLoad);
  const [candidates, loads] = [readCandidates(commitment.fields.get(FIELD.candidates)), readLoads(draw.fields.get(FIELD.loads))];
  const weighed = candidates && loads && weigh(candidates, loads, typeof maxLoad === 'bigint' ? Number(maxLoad) : 0);
  demand(weighed !== undefined, 'draw-loads');
  const root = candidatesRoot(weighed);
  demand(isBytes(draw.fields.get(FIELD.root), root), 'draw-candidates');
  const beacon = runBeacon(outputs);
  const seed = drawSeed(beacon, subject.id, root);
  const officer = pick(weighed, seed);
  demand(officer !== undefined && isBytes(draw.fields.get(FIELD.officer), officer), 'draw-winner');
  return { officer, candidates: weighed, root, beacon, seed };
}

/** The phase of an E02 that has the fields of its phase and no others. */
function phaseOf({ kind, fields, references }: SignedRecord): string {
  demand(kind === E02, 'draw-not-committed');
  for (const field of fields.keys()) demand(FIELDS.has(field), 'unknown-field');
  const phase = fields.get(FIELD.phase) ?? 'DIRECT';
  const own: Record<string, number[]> = {
    COMMIT: [FIELD.candidates, FIELD.maxLoad],
    DRAW: [FIELD.officer, FIELD.root, FIELD.loads],
    DIRECT: [FIELD.officer],
  };
  demand(typeof phase === 'string' && own[phase] !== undefined, 'validation');
  const has = (field: number) => fields.has(field);
  const all = [FIELD.officer, FIELD.root, FIELD.candidates, FIELD.maxLoad, FIELD.loads];
  demand(all.every((field) => !has(field) || own[phase]!.includes(field)), 'validation');
  demand(own[phase]!.every((field) => has(field) || field === FIELD.maxLoad), 'validation');
  demand(fields.get(FIELD.algorithm) === (phase === 'DIRECT' ? 0n : 1n), 'transition-not-in-force');
  if (phase === 'DRAW') demand(references.some(({ relation }) => relation === AUTHORITY), 'reference-not-allowed');
  return phase;
}
