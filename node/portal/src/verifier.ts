import { parsePolicy, verifyFile, type Policy, type Report } from './verify';
import { hex } from './verify/bytes';

export { FormatError } from './verify';
export { verifyFile, type Report };
export type { Verdict } from './verify';

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
  /** Hash of its canonical text (spec §11.5). */
  fingerprint: string;
}

/** Reads a policy; throws where the text is none. */
export function readPolicy(text: string): PolicyView {
  const policy = parsePolicy(text);
  return { origin: policy.origin, ...seats(policy), fingerprint: hex(policy.hash) };
}

/** The organisations: the group of the validators (spec §11.5), or whoever the quorum asks. */
function seats({ groups, witnesses, quorum }: Policy): { needed: number; organisations: string[] } {
  const group = groups.find(({ name }) => name === 'validators') ?? groups.find(({ name }) => name === quorum);
  if (group) return { needed: group.needs, organisations: group.members };
  const single = witnesses.filter(({ name }) => name === quorum).map(({ name }) => name);
  return { needed: single.length, organisations: single };
}
