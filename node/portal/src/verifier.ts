import { findOmission, type Frontier, type Genesis, isPolicyChain, parsePolicy, parsePolicyChain, parseReceipt, parseSubjectProof, readGenesis, readTrust, verifyFile, withChain, type Policy, type Report } from './verify';
import { hex } from './verify/bytes';

export { FormatError } from './verify';
export { isPolicyChain, readGenesis, verifyFile, withChain, type Genesis, type Report };
export type { Frontier, Kind, Verdict } from './verify';

/** What the page shows of what a proof proves. */
export interface Facts {
  recordId?: string;
  kind?: number;
  subject?: string;
  issuer?: string;
  keyId?: string;
  eventTime?: number;
  recordedAt?: number;
  index?: number;
  size?: number;
  height?: number;
  cosigners?: { name: string; time: number }[];
  opened?: { name: string; value: unknown }[];
  records?: number;
  complete?: boolean;
  absent?: boolean;
  /** What a page of a list leads to, for the next page. */
  frontier?: Frontier;
  /** Of evidence: who signed two states of the journal that can't both be. */
  signers?: string[];
  /** Whether more than may fail did. */
  exceeds?: boolean;
  /** Of an assignment. */
  officer?: string;
  candidates?: number;
  /** Of a statement, in tiyn. */
  allocated?: bigint;
  net?: bigint;
  tax?: bigint;
  levied?: bigint;
  closing?: bigint;
  /** What is owed as of a block, if the statement proves that there is nothing else. */
  owed?: bigint;
  statements?: number;
  periods?: [string, string];
}

/** The facts of a report, in the verifier's own terms. */
export function readFacts(report: Report): Facts {
  return report.facts;
}

/** What the page shows of a policy. */
export interface PolicyView {
  origin: string;
  /** How many of the organisations must sign. */
  needed: number;
  organisations: string[];
  /** Hash of its canonical text (spec §11.5); of a chain, the digest of its first policy (spec §13.17). */
  fingerprint: string;
}

/** Reads a policy, or a chain of them, of which the newest is shown; throws where the text is neither. */
export function readPolicy(text: string): PolicyView {
  const { root, newest } = readTrust(text);
  return { origin: newest.origin, ...seats(newest), fingerprint: hex(root ?? newest.hash) };
}

/** Whether a text is a policy or a chain of them, by its form. */
export function isTrust(text: string): boolean {
  try {
    if (isPolicyChain(text)) parsePolicyChain(text);
    else parsePolicy(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether those who signed two proofs left the record of the one out of the other (spec §13.9); both are proven. */
export function isLeftOut(receipt: Uint8Array, list: Uint8Array, trust: string): boolean {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return findOmission(parseReceipt(text(receipt)), parseSubjectProof(text(list)), readTrust(trust).policyOf) === 'left-out';
}

/** The organisations: the group of the validators (spec §11.5), or whoever the quorum asks. */
function seats({ groups, witnesses, quorum }: Policy): { needed: number; organisations: string[] } {
  const group = groups.find(({ name }) => name === 'validators') ?? groups.find(({ name }) => name === quorum);
  if (group) return { needed: group.needs, organisations: group.members };
  const single = witnesses.filter(({ name }) => name === quorum).map(({ name }) => name);
  return { needed: single.length, organisations: single };
}
