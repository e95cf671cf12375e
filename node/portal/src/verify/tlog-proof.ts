import { type Bytes, base64, toBase64, utf8 } from './bytes.js';
import { demand } from './error.js';
import { Lines, noteText, PATH_MAX } from './text-lines.js';
import { checkInclusion } from './merkle.js';
import type { Note } from './note.js';
import { type Accepted, judge, type Policy } from './policy.js';

export const FILE_BYTES_MAX = 524_288;
export const VERSION = 'c2sp.org/tlog-proof@v1';

/** A C2SP tlog-proof (spec §13.1). */
export interface TlogProof {
  index: bigint;
  path: Bytes[];
  note: Note;
}

export function parseTlogProof(written: string): TlogProof {
  demand(utf8(written).length <= FILE_BYTES_MAX, 'proof-file-too-long');
  const lines = new Lines(written);
  demand(lines.raw() === VERSION, 'proof-file-version', 0);
  const leaf = lines.number(lines.value('index'));
  const path: Bytes[] = [];
  for (let word = lines.raw(); word !== ''; word = lines.raw()) {
    const hash = word === undefined ? undefined : base64(word);
    if (hash?.length !== 32 || path.length === PATH_MAX) return lines.refuse(Math.max(lines.at - 1, 0));
    path.push(hash);
  }
  const proof = { index: leaf, path, note: lines.note() };
  demand(tlogProofText(proof) === written, 'proof-file-syntax');
  return proof;
}

export function tlogProofText(proof: TlogProof): string {
  const path = proof.path.map((hash) => `${toBase64(hash)}\n`).join('');
  return `${VERSION}\nindex ${proof.index}\n${path}\n${noteText(proof.note)}`;
}

/** Demands that the policy accepts the proof's note and that the leaf of this hash is in the log. */
export function checkTlogProof(proof: TlogProof, leaf: Bytes, policy: Policy): Accepted {
  const accepted = judge(policy, proof.note);
  checkInclusion(proof.index, accepted.checkpoint.size, leaf, proof.path, accepted.checkpoint.root);
  return accepted;
}
