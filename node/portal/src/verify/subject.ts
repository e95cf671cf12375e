import { type Bytes, base64url, concat, toBase64url, utf8 } from './bytes.js';
import { demand } from './error.js';
import { sha256, tag } from './hash.js';

/** Roles by their codes (spec §7.1). */
const ROLES: Record<number, string> = {
  1: 'case', 2: 'debtor', 3: 'claimant', 4: 'officer', 5: 'rightsholder', 6: 'work', 7: 'cmo', 8: 'licensee', 9: 'pool', 10: 'organisation', 11: 'key', 12: 'item',
  13: 'document', 14: 'claim', 15: 'measure', 16: 'lot', 17: 'complaint', 18: 'mandate', 19: 'batch', 20: 'book', 22: 'dispute', 23: 'payment',
};
const CODES = new Map(Object.entries(ROLES).map(([code, name]) => [name, Number(code)]));

/** A role and an id (spec §7.1). */
export interface Subject {
  role: number;
  id: Bytes;
}

export function roleName(code: number): string | undefined {
  return ROLES[code];
}

/** Reads the text form. Positions are bytes, which are characters wherever the text is right so far. */
export function parseSubject(written: string): Subject {
  const colon = written.indexOf(':');
  demand(colon >= 0, 'subject-text', utf8(written).length);
  const role = CODES.get(written.slice(0, colon));
  demand(role !== undefined, 'role-unknown', 0);
  const digits = written.slice(colon + 1);
  const id = digits.length === 43 ? base64url(digits) : undefined;
  demand(id !== undefined, 'subject-text', colon + 1);
  return { role, id };
}

export function subjectText(subject: Subject): string {
  return `${ROLES[subject.role]}:${toBase64url(subject.id)}`;
}

/** Key of a subject in the map (spec §7.3). */
export function mapKey(subject: Subject): Bytes {
  return sha256(concat(tag('tamga/map-key/v1'), tag(ROLES[subject.role]!), subject.id));
}

/** Hash of a status with the nonce of its last record (spec §7.5). */
export function statusHash(nonce: Bytes, status: Bytes): Bytes {
  return sha256(concat(sha256(concat(tag('tamga/status-salt/v1'), nonce)), status));
}
