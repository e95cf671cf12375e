import { type Bytes, equal, utf8 } from './bytes.js';
import { type BlockLeaf, decodeBlockLeaf } from './block-leaf.js';
import { checkOpening, openedLeaf, type Leaf, type OpenedField } from './body.js';
import { demand, FormatError } from './error.js';
import { leafHash } from './hash.js';
import { line, Lines, PATH_MAX } from './text-lines.js';
import { checkInclusion, meeting } from './merkle.js';
import { valueId } from './note.js';
import { type Accepted, judgeMinimal, type Policy } from './policy.js';
import { checkSigned, decodeRecord, type SignedRecord } from './record.js';
import { admit } from './signature.js';
import { FILE_BYTES_MAX, parseTlogProof, type TlogProof, tlogProofText } from './tlog-proof.js';

export const VERSION = 'tamga-receipt/v1';
const LEAVES_MAX = 64;

/** A record with all that proves it final (spec §13.2). */
export interface Receipt {
  record: SignedRecord;
  key: Bytes;
  leaves: Leaf[];
  block: BlockLeaf;
  previousSize: bigint;
  previousRoot: Bytes;
  blockPath: Bytes[];
  proof: TlogProof;
}

export function parseReceipt(written: string): Receipt {
  demand(utf8(written).length <= FILE_BYTES_MAX, 'proof-file-too-long');
  const lines = new Lines(written);
  demand(lines.raw() === VERSION, 'proof-file-version', 0);
  const entry = lines.bytes(lines.value('entry'));
  const record = decodeRecord(entry);
  const key = lines.bytes(lines.value('key'));
  if (key.length !== 32) lines.refuse(lines.at - 1);
  admit(key);
  const leaves = readLeaves(lines);
  const block = decodeBlockLeaf(lines.bytes(lines.value('block')));
  const [size, root] = lines.pair(lines.value('previous'));
  const previousSize = lines.number(size);
  const previousRoot = lines.bytes(root, 32);
  const blockPath = lines.hashes('block-hash', PATH_MAX);
  lines.gap();
  const begun = lines.at;
  let proof: TlogProof;
  try {
    proof = parseTlogProof(lines.rest());
  } catch (error) {
    throw error instanceof FormatError ? error.from(begun) : error;
  }
  const receipt = { record, key, leaves, block, previousSize, previousRoot, blockPath, proof };
  demand(receiptText(receipt) === written, 'proof-file-syntax');
  return receipt;
}

function readLeaves(lines: Lines): Leaf[] {
  const leaves: Leaf[] = [];
  for (;;) {
    const opened = lines.optional('opened');
    const value = opened ?? lines.optional('hidden');
    if (value === undefined) break;
    if (leaves.length === LEAVES_MAX) lines.refuse(lines.at - 1);
    leaves.push(opened === undefined ? { hidden: lines.bytes(value, 32) } : openedLeaf(lines.bytes(value)));
  }
  if (leaves.length > 0 && !leaves.some((leaf) => 'opened' in leaf)) lines.refuse();
  return leaves;
}

export function receiptText(receipt: Receipt): string {
  const leaves = receipt.leaves.map((leaf) => ('opened' in leaf ? line('opened', leaf.opened) : line('hidden', leaf.hidden)));
  return [
    `${VERSION}\n`,
    line('entry', receipt.record.entry),
    line('key', receipt.key),
    ...leaves,
    line('block', receipt.block.bytes),
    line('previous', receipt.previousSize, receipt.previousRoot),
    ...receipt.blockPath.map((hash) => line('block-hash', hash)),
    '\n',
    tlogProofText(receipt.proof),
  ].join('');
}

/** What a receipt proves. */
export interface Proven {
  accepted: Accepted;
  opened: OpenedField[];
}

/** The checks of a receipt, in their order (spec §13.3). `passed` is told of each one that holds. */
export function checkReceipt(receipt: Receipt, policy: Policy, passed: (check: string) => void = () => {}): Proven {
  const { record, block, proof } = receipt;
  const accepted = judgeMinimal(policy, proof.note);
  passed('quorum');
  const { size, root } = accepted.checkpoint;
  checkInclusion(proof.index, size, record.leaf, proof.path, root);
  passed('inclusion');
  checkBlock(receipt, policy, size);
  passed('block');
  checkSigned(record, receipt.key);
  passed('signature');
  demand(record.audience === policy.origin, 'receipt-origin');
  passed('ledger');
  if (receipt.leaves.length === 0) return { accepted, opened: [] };
  demand(record.body !== undefined, 'body-commitment');
  const opened = checkOpening(receipt.leaves, record.body);
  passed('fields');
  return { accepted, opened };
}

/** The block leaf stands in the log, and the record, whose own path holds, is of its block (spec §13.3). */
function checkBlock({ block, blockPath, previousSize, previousRoot, proof }: Receipt, policy: Policy, size: bigint): void {
  demand(block.size !== 0n && block.size <= size, 'receipt-size');
  const last = block.size - 1n;
  demand(proof.index < last, 'receipt-index');
  const { place, from, to } = meeting(proof.index, last, size);
  checkInclusion(last - from, to - from, leafHash(block.bytes), blockPath, proof.path[place]!);
  const previous = { origin: policy.origin, size: previousSize, root: previousRoot };
  demand(equal(valueId(previous), block.prev), 'receipt-previous');
  demand(previousSize <= proof.index, 'receipt-index');
}
