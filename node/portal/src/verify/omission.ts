import { equal } from './bytes.js';
import type { Trust } from './policy.js';
import { checkReceipt, type Receipt } from './receipt.js';
import { checkSubjectProof, type SubjectProof } from './subject-proof.js';
import type { Subject } from './subject.js';

/**
 * What a proof about a subject says of the record of a receipt (spec §13.9, "Left out"): it lists the record; it leaves it out, so that
 * whoever signed one of the two lied; its pages do not reach the record's place; it is older than the record; or is not about it.
 */
export type Listing = 'listed' | 'left-out' | 'not-shown' | 'later' | 'other-subject';

/** Judges both, in this order, and compares them; refuses what is not proven. */
export function findOmission(receipt: Receipt, proof: SubjectProof, trust: Trust): Listing {
  checkReceipt(receipt, trust(receipt.proof.note));
  checkSubjectProof(proof, trust(proof.note));
  return listingOf(receipt, proof);
}

/** The same of two that are proven, the proof for a reader who had seen nothing before. */
export function listingOf(receipt: Receipt, proof: SubjectProof): Listing {
  const { record } = receipt;
  const { index } = receipt.proof;
  const same = (subject: Subject) => subject.role === proof.subject.role && equal(subject.id, proof.subject.id);
  if (![record.subject, ...record.others].some(same)) return 'other-subject';
  if (index >= proof.block.size) return 'later';
  const { present } = proof;
  if (present === undefined) return 'left-out';
  if (present.shown.some((it) => it.index === index && equal(it.leaf, record.leaf))) return 'listed';
  const last = present.shown.at(-1)?.index;
  const reaches = present.rest === undefined || (last !== undefined && last >= index);
  return reaches ? 'left-out' : 'not-shown';
}
