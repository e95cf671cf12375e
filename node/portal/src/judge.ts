import { PROOF_MAX } from './input/limits';
import type { Code } from './input/code';
import type { Barren, Opened } from './input/open';
import type { RecordNumber } from './input/number';
import { SAVED } from './place';
import { type Genesis, isLeftOut, isPolicyChain, readFacts, verifyFile, withChain, type Facts, type Frontier, type Kind, type Report, type Verdict } from './verifier';

/** Why there is no report of the verifier, or none to rely on. */
export type Reason = Barren | 'too-large' | 'unreadable' | 'not-found' | 'busy' | 'offline' | 'other-record' | 'no-ledger' | 'is-policy' | 'is-genesis' | 'no-genesis' | 'no-policy' | 'elsewhere';

/** The verdict on one thing that was handed in. */
export interface Judged {
  name: string;
  verdict: Verdict;
  reason: Reason | null;
  report: Report | null;
  facts: Facts;
  /** The proof as it was judged. */
  proof: Uint8Array | null;
  /** The number that was asked for, if one was. */
  number: RecordNumber | null;
  /** Whether the document around the proof is to be compared with it. */
  inside: boolean;
  /** Name of a list that leaves the record out although it is signed too (spec §13.9). */
  leftOutBy?: string;
}

/** What is judged by, and who is asked for receipts. */
export interface Court {
  policy: string | null;
  /** Said by a genesis file that came along; the journal itself names its hash. */
  genesis?: Genesis;
  ask: (number: RecordNumber) => Promise<Answer>;
}

/** What a node answers to a number. */
export type Answer = { receipt: Uint8Array } | { pending: true } | { failed: 'not-found' | 'busy' | 'offline' | 'no-ledger' };

/** The verdict on something opened. */
export async function judge({ name, content, inside }: Opened, court: Court): Promise<Judged> {
  if ('barren' in content) return refused(name, content.barren);
  if ('policy' in content) return refused(name, 'is-policy');
  if ('genesis' in content) return refused(name, 'is-genesis');
  const judged = await judgeCode(name, content, court);
  return { ...judged, inside };
}

/** The verdict on a proof, or on the record with a number. */
export async function judgeCode(name: string, code: Code, court: Court): Promise<Judged> {
  if ('proof' in code) return judgeProof(name, code.proof, court);
  const { number } = code;
  const answer = await court.ask(number);
  if ('failed' in answer) return { ...refused(name, answer.failed), number };
  if ('pending' in answer) return { ...refused(name, null), verdict: 'pending', number };
  const judged = await judgeProof(name, answer.receipt, court);
  // The receipt of another record may be genuine and is still no answer.
  if (judged.verdict === 'authentic' && judged.facts.recordId !== number) {
    return { ...refused(name, 'other-record'), proof: answer.receipt, number };
  }
  return { ...judged, number };
}

async function judgeProof(name: string, proof: Uint8Array, court: Court, known?: Frontier): Promise<Judged> {
  if (court.policy === null) return refused(name, 'no-policy');
  const report = await verifyFile(proof, court.policy, { genesis: court.genesis, known });
  const { verdict, kind, code } = report;
  if (kind === 'acceptance') return promised(name, proof);
  const open: Partial<Record<Kind, Reason>> = { unknown: 'no-proof', assignment: 'no-genesis', policies: 'is-policy' };
  const reason = verdict !== 'cannot-check' || code ? null : (open[kind] ?? 'elsewhere');
  return { name, verdict, reason, report, facts: readFacts(report), proof, number: null, inside: false };
}

/** Verdicts on everything that was handed in together: genesis files and chains of policies help the others, and lists are compared with receipts. */
export async function judgeAll(opened: Opened[], asked: Court): Promise<Judged[]> {
  const chains = opened.flatMap(({ content }) => ('policy' in content && isPolicyChain(content.policy) ? [content.policy] : []));
  const policy = asked.policy === null ? null : chains.reduce(withChain, asked.policy);
  const court = { ...asked, policy };
  const genesis = opened.flatMap(({ content }) => ('genesis' in content ? [content.genesis] : []))[0];
  // What only helps to judge others needs no verdict of its own beside them.
  const judged = opened.filter(({ content }) => opened.length === 1 || !('policy' in content || 'genesis' in content));
  const all = await Promise.all(judged.map((it) => judge(it, { ...court, genesis })));
  const proven = (kind: Kind) => all.filter(({ verdict, report }) => verdict === 'authentic' && report?.kind === kind);
  // A list of many pages goes on from page to page; a page alone would be one for somebody who has seen the others.
  for (const [at, page] of all.entries()) {
    if (page.report?.code !== 'subject-known') continue;
    for (const before of proven('subject')) {
      const next = await judgeProof(page.name, page.proof!, court, before.facts.frontier);
      if (next.verdict === 'authentic') all[at] = next;
    }
  }
  for (const receipt of proven('receipt')) {
    const list = proven('subject').find(({ proof }) => isLeftOut(receipt.proof!, proof!, court.policy!));
    if (list) receipt.leftOutBy = list.name;
  }
  return all;
}

/** The verdict on a validator's promise (spec §13.7): nothing is proven, and the record's own number tells more. */
function promised(name: string, promise: Uint8Array): Judged {
  const number = /^record ([0-9a-f]{64})$/m.exec(new TextDecoder().decode(promise))?.[1] as RecordNumber | undefined;
  return { ...refused(name, null), verdict: 'pending', number: number ?? null };
}

/** A verdict that nothing could be checked. */
export function refused(name: string, reason: Reason | null): Judged {
  const verdict: Verdict = 'cannot-check';
  return { name, verdict, reason, report: null, facts: {}, proof: null, number: null, inside: false };
}

/** Asks the node that serves this page for a receipt. What it answers is checked like any file. */
export async function askNode(number: RecordNumber): Promise<Answer> {
  if (SAVED) return { failed: 'no-ledger' };
  try {
    const answer = await fetch(`/v1/records/${number}/receipt`, { headers: { accept: 'text/plain' } });
    if (answer.status === 202) return { pending: true };
    if (answer.status === 404) return { failed: 'not-found' };
    if (answer.status === 429 || answer.status === 503) return { failed: 'busy' };
    if (!answer.ok) return { failed: 'offline' };
    const receipt = new Uint8Array(await answer.arrayBuffer());
    return receipt.length <= PROOF_MAX ? { receipt } : { failed: 'offline' };
  } catch {
    return { failed: 'offline' };
  }
}

/** The trust policy that the node shows; null if it shows none. */
export async function askPolicy(): Promise<string | null> {
  if (SAVED) return null;
  try {
    const answer = await fetch('/.well-known/tamga/trust-policy');
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}
