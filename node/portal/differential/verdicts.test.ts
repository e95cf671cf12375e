import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import {
  checkReceipt, checkRange, checkSubjectProof, decodeRange, decodeRecord, FormatError, type Kind, listingOf, parsePolicy, parseReceipt, parseSubjectProof, verifyFile,
} from '../src/verify';
import { base64, fromHex, text as utf8 } from '../src/verify/bytes';
import { verdictOf } from '../src/verify/verdict';
import { cases, text } from '../tests/vectors';

/** Verdicts of the ledger's own verifier (`fuzz --verdicts N`). */
const FILE = process.env.TAMGA_VERDICTS;
const SHOWN_MAX = 20;

interface RangeCase { tag: string; batch: string; count: number; root: string }
const ranges = cases<RangeCase>('lines/ranges.jsonl');
const policies: Record<string, string> = {
  receipt: text('receipt/policy.txt'), subject: text('subject/policy.txt'), evidence: text('evidence/policy.txt'), assignment: text('assignment/policy.txt'),
  statement: text('statement/policy.txt'), 'under-chain': text('policy-chain/whole.tamga-policies'),
};
const root = text('policy-chain/root.txt').trim();
const [founded] = cases<{ hash: string; validators: { id: string; organisation: string; beacon: string }[] }>('assignment/genesis.jsonl');
const genesis = {
  hash: fromHex(founded!.hash),
  validators: founded!.validators.map((it) => ({ id: fromHex(it.id), organisation: it.organisation, beacon: fromHex(it.beacon) })),
};
/** Receipts and lists of the omission vectors, in the order of their names. */
const pairs = text('omission/expected.txt').split('\n').filter((line) => line !== '').map((line) => line.split(':')[0]!).sort()
  .map((name) => ({ receipt: text(`omission/${name}.tamga-receipt`), list: text(`omission/${name}.tamga-subject`) }));
const ofOmissions = parsePolicy(text('omission/policy.txt'));
const entry = base64(/^entry (.*)$/m.exec(text('receipt/plain.tamga-receipt'))![1]!)!;

/** A file that is no text is of no version. */
function textOf(input: Uint8Array): string {
  const written = utf8(input);
  if (written === undefined) throw new FormatError('proof-file-version');
  return written;
}

/** Verdict and code of something that throws its refusal, and may give a word instead. */
function judged(act: () => unknown): string {
  try {
    const said = act();
    return `authentic ${typeof said === 'string' ? said : '-'}`;
  } catch (error) {
    if (error instanceof FormatError) return `${verdictOf(error.code)} ${error.code}`;
    throw error;
  }
}

function listing(written: string, list: string): string {
  const receipt = parseReceipt(written);
  checkReceipt(receipt, ofOmissions);
  const proof = parseSubjectProof(list);
  checkSubjectProof(proof, ofOmissions);
  return listingOf(receipt, proof);
}

async function second(format: string, context: number, input: Uint8Array): Promise<string> {
  switch (format) {
    case 'policy':
      return judged(() => parsePolicy(textOf(input)));
    case 'record':
      return judged(() => decodeRecord(input));
    case 'range': {
      const { tag, batch, count, root } = ranges[context]!;
      return judged(() => checkRange(decodeRange(input), fromHex(batch), fromHex(tag), fromHex(root), BigInt(count)));
    }
    case 'omission-receipt':
      return judged(() => listing(textOf(input), pairs[context]!.list));
    case 'omission-subject':
      return judged(() => listing(pairs[context]!.receipt, textOf(input)));
    default: {
      const kind = format === 'under-chain' ? 'receipt' : (format as Kind);
      const report = await verifyFile(input, policies[format] ?? policies.receipt!, { entry, as: kind, genesis, root });
      return `${report.verdict} ${report.code ?? '-'}`;
    }
  }
}

it('both verifiers say the same of every file', async () => {
  if (FILE === undefined) throw new Error('TAMGA_VERDICTS names no file');
  // Verdicts, and names of the first fault of what both refuse.
  const [differing, coded]: [string[], string[]] = [[], []];
  const tally: Record<string, number> = {};
  let compared = 0;
  for await (const line of createInterface({ input: createReadStream(FILE) })) {
    const [format, context, answer, code, input] = line.split(' ') as [string, string, string, string, string];
    const first = `${answer} ${code}`;
    const other = await second(format, Number(context), base64(input)!);
    compared += 1;
    tally[`${format} ${answer}`] = (tally[`${format} ${answer}`] ?? 0) + 1;
    if (first === other) continue;
    const where = other.startsWith(`${answer} `) ? coded : differing;
    where.push(`${format} ${context}: ${first} there, ${other} here: ${input}`);
  }
  console.log(`${compared} compared, ${differing.length} differ, ${coded.length} in the code only`, tally);
  expect(compared).toBeGreaterThan(0);
  expect(differing.slice(0, SHOWN_MAX)).toEqual([]);
  expect(coded.slice(0, SHOWN_MAX)).toEqual([]);
});
