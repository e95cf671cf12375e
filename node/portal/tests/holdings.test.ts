import { describe, expect, it, test } from 'vitest';
import { findOmission, type Genesis, judgeEvidence, parseEvidence, parsePolicy, parseReceipt, parseSubjectProof, readTrust, verifyFile, withChain } from '../src/verify';
import { runBeacon } from '../src/verify/beacon';
import { fromHex, hex, utf8 } from '../src/verify/bytes';
import { candidatesRoot, drawSeed, pick, weigh } from '../src/verify/draw';
import { verdictOf } from '../src/verify/verdict';
import { bytes, cases, text } from './vectors';

const listed = (path: string) => text(path).split('\n').filter((line) => line !== '');

describe('evidence', () => {
  interface Case { evidence: string; code?: string; at?: number; sizes?: number[]; cosigners?: string[]; exceeds?: boolean; finals?: boolean[]; log?: boolean; root?: string; other_root?: string; withstands?: number }
  const policy = text('evidence/policy.txt');
  it.each(cases<Case>('evidence/evidence.jsonl').map((it, number) => ({ number, ...it })))('$number $code', async ({ evidence, code, at, ...said }) => {
    const report = await verifyFile(utf8(evidence), policy, { as: 'evidence' });
    if (code !== undefined) {
      expect([report.code, report.position, report.verdict]).toEqual([code, at, verdictOf(code)]);
      return;
    }
    const { sizes, signers, exceeds, finals, log, root, otherRoot, withstands } = report.facts;
    expect([report.verdict, report.kind]).toEqual(['authentic', 'evidence']);
    expect({ sizes, cosigners: signers, exceeds, finals, log, root, other_root: otherRoot, withstands }).toEqual(
      { sizes: said.sizes, cosigners: said.cosigners, exceeds: said.exceeds, finals: said.finals, log: said.log, root: said.root, other_root: said.other_root, withstands: said.withstands },
    );
  });
  it('can be judged by a policy for each note', () => {
    const evidence = parseEvidence(cases<Case>('evidence/evidence.jsonl')[0]!.evidence);
    expect(judgeEvidence(evidence, [parsePolicy(policy), parsePolicy(policy)]).exceeds).toBe(true);
  });
});

describe('omission', () => {
  const policy = parsePolicy(text('omission/policy.txt'));
  const words: Record<string, string> = { 'left-out': 'left out', 'not-shown': 'not shown', 'other-subject': 'other subject' };
  it.each(listed('omission/expected.txt').map((line) => line.split(': ') as [string, string]))('%s: %s', (name, answer) => {
    const listing = findOmission(parseReceipt(text(`omission/${name}.tamga-receipt`)), parseSubjectProof(text(`omission/${name}.tamga-subject`)), () => policy);
    expect(words[listing] ?? listing).toBe(answer.replace(/ \d+$/, ''));
  });
});

interface GenesisCase { hash: string; validators: { id: string; organisation: string; beacon: string }[] }
const [trusted] = cases<GenesisCase>('assignment/genesis.jsonl');
const genesis: Genesis = {
  hash: fromHex(trusted!.hash),
  validators: trusted!.validators.map(({ id, organisation, beacon }) => ({ id: fromHex(id), organisation, beacon: fromHex(beacon) })),
};

describe('assignments', () => {
  interface Expected { file: string; code?: string; beacon: string; seed: string; root: string }
  const policy = text('assignment/policy.txt');
  it.each(cases<Expected>('assignment/expected.jsonl'))('$file', async ({ file, code, beacon, seed, root }) => {
    const report = await verifyFile(bytes(`assignment/${file}`), policy, { genesis });
    if (code !== undefined) {
      expect([report.code, report.verdict]).toEqual([code, 'mismatch']);
      return;
    }
    expect(report.verdict).toBe('authentic');
    expect(report.facts).toMatchObject({ beacon, seed, candidatesRoot: root });
  });
  it('can not be checked without a genesis', async () => {
    const report = await verifyFile(bytes('assignment/drawn.tamga-assignment'), policy);
    expect(report).toMatchObject({ verdict: 'cannot-check', kind: 'assignment' });
    expect(report.code).toBeUndefined();
  });
});

interface Pick { beacon: string; case: string; loads: number[]; max_load: number; officers: string[]; root: string; seed: string; winner: string | null }
test.each(cases<Pick>('assignment/picks.jsonl').map((it, number) => ({ number, ...it })))('pick $number', ({ beacon, loads, max_load, officers, root, seed, winner, ...of }) => {
  const weighed = weigh(officers.map((officer) => ({ officer: fromHex(officer) })), loads, max_load)!;
  expect(hex(candidatesRoot(weighed))).toBe(root);
  const made = drawSeed(fromHex(beacon), fromHex(of.case), fromHex(root));
  expect(hex(made)).toBe(seed);
  const officer = pick(weighed, made);
  expect(officer === undefined ? null : hex(officer)).toBe(winner);
});

describe('statements', () => {
  const policy = text('statement/policy.txt');
  const whole = text('statement/whole.json');
  it('hold as a whole', async () => {
    const report = await verifyFile(utf8(whole), policy);
    expect([report.verdict, report.code, report.kind]).toEqual(['authentic', undefined, 'statement']);
    expect(report.checks.map(({ id }) => id)).toEqual(['form', 'receipts', 'sums', 'uses', 'balance', 'whole'].filter((id) => id !== 'uses' || whole.includes('"uses"')));
    expect(report.facts).toMatchObject({ later: 2, complete: true });
  });
  type Loose = { batches: unknown[]; statements: string[]; pools: string[]; proof: { book: string[]; others: string[] } };
  it.each<[string, string, (file: Loose) => void]>([
    ['a batch that is left out', 'statement-mismatch', (file) => file.batches.pop()],
    ['a batch of another place', 'statement-mismatch', (file) => file.batches.reverse()],
    ['a statement that is left out', 'statement-mismatch', (file) => file.statements.shift()],
    ['no statement', 'statement-mismatch', (file) => (file.statements = [])],
    ['no pools', 'statement-mismatch', (file) => (file.pools = [])],
    ['another member', 'statement-syntax', (file) => Object.assign(file, { more: 1 })],
    ['another version', 'statement-syntax', (file) => Object.assign(file, { 'tamga-statement': 2 })],
    ['no pages of the book', 'statement-mismatch', (file) => (file.proof.book = [])],
    ['a receipt that is none', 'proof-file-syntax', (file) => (file.statements[0] = 'x')],
  ])('%s: %s', async (_, code, change) => {
    const file = JSON.parse(whole) as Loose;
    change(file);
    const report = await verifyFile(utf8(JSON.stringify(file)), policy);
    expect([report.code, report.verdict]).toEqual([code, verdictOf(code)]);
  });
});

test('the beacon of no blocks is zeros', () => {
  expect(hex(runBeacon([]))).toBe('00'.repeat(32));
});

describe('a chain from elsewhere', () => {
  const [first, two, whole] = ['genesis-only', 'two', 'whole'].map((name) => text(`policy-chain/${name}.tamga-policies`));

  test('adds to the chain that is trusted and takes nothing away', () => {
    for (const held of [first, two, whole]) expect(withChain(held!, whole!)).toBe(whole);
    expect(withChain(whole!, first!)).toBe(whole);
    expect(withChain(first!, text('policy-chain/swapped.tamga-policies'))).toBe(first);
  });

  test('goes back from the policy it leads to, and on from none', async () => {
    const newest = readTrust(whole!).newest.canonical;
    expect(withChain(newest, whole!)).toBe(whole);
    expect((await verifyFile(bytes('policy-chain/under-0.tamga-receipt'), withChain(newest, whole!))).verdict).toBe('authentic');
    const old = readTrust(first!).newest.canonical;
    expect(withChain(old, whole!)).toBe(old);
    expect(withChain(text('receipt/policy.txt'), whole!)).toBe(text('receipt/policy.txt'));
  });
});

describe('chains of policies', () => {
  const root = text('policy-chain/root.txt').trim();
  it.each(listed('policy-chain/expected.txt').map((line) => line.split(' ')))('%s %s %s', async (name, verdict, code, at) => {
    const report = await verifyFile(bytes(`policy-chain/${name}.tamga-policies`), text('receipt/policy.txt'), { root });
    if (verdict === 'proven') expect([report.verdict, report.facts.newest]).toEqual(['authentic', Number(code)]);
    else expect([report.verdict, report.code, report.position]).toEqual([verdict, code, Number(at)]);
  });
  const chain = text('policy-chain/whole.tamga-policies');
  it.each([0, 1, 2])('judge a receipt of the time of policy %s', async (number) => {
    const receipt = bytes(`policy-chain/under-${number}.tamga-receipt`);
    expect(await verifyFile(receipt, chain, { root })).toMatchObject({ verdict: 'authentic' });
    expect(await verifyFile(receipt, chain)).toMatchObject({ verdict: 'authentic' });
    expect((await verifyFile(receipt, chain, { root: '00'.repeat(32) })).code).toBe('policy-chain-root');
  });
  it('that end before a receipt refuse it', async () => {
    const report = await verifyFile(bytes('policy-chain/under-2.tamga-receipt'), text('policy-chain/genesis-only.tamga-policies'), { root });
    expect(report.verdict).not.toBe('authentic');
  });
});
