import { describe, expect, test } from 'vitest';
import type { RecordNumber } from '../src/input/number';
import { open } from '../src/input/open';
import { judge, judgeAll, judgeCode, type Answer } from '../src/judge';
import { RECORD, bytes as vector, cases, text as vectorText } from './vectors';

const POLICY = vectorText('receipt/policy.txt');
const number = RECORD as RecordNumber;
/** Id of the record in `receipt/opened`. */
const OPENED = 'd416efdea8b07c6ce75270cbf6021be00c309e9ef359cbdf65e5121698524576';
/** A validator's promise, and its key. */
const acceptance = cases<{ acceptance: string; key: string; record: string }>('acceptance/acceptance.jsonl')[0]!;
const other = RECORD.replace('9', '0') as RecordNumber;

/** A court whose node answers the same to everything. */
const court = (answer: Answer = { failed: 'offline' }, policy: string | null = POLICY) => ({
  policy,
  ask: async () => answer,
});

describe('a file', () => {
  test.each([
    ['receipt/plain.tamga-receipt', 'authentic'],
    ['receipt/opened.tamga-receipt', 'authentic'],
    ['receipt/opened-value-changed.tamga-receipt', 'mismatch'],
    ['receipt/index-of-another-leaf.tamga-receipt', 'mismatch'],
  ])('%s is judged %s', async (path, verdict) => {
    const opened = { name: path, content: { proof: vector(path) }, inside: false };
    expect((await judge(opened, court())).verdict).toBe(verdict);
  });

  test('of another journal cannot be checked, which is not a forgery', async () => {
    const policy = `log ${acceptance.key} https://tamga.example/\nquorum none\n`;
    const opened = { name: '', content: { proof: vector('receipt/plain.tamga-receipt') }, inside: false };
    const { verdict, report } = await judge(opened, court(undefined, policy));
    expect([verdict, report?.code]).toEqual(['cannot-check', 'note-origin']);
  });

  test('is not judged without a policy', async () => {
    const opened = { name: '', content: { proof: vector('receipt/plain.tamga-receipt') }, inside: false };
    expect(await judge(opened, court(undefined, null))).toMatchObject({ verdict: 'cannot-check', reason: 'no-policy' });
  });

  test('that promises a verdict is pending, and says of which record', async () => {
    const opened = { name: '', content: { proof: new TextEncoder().encode(acceptance.acceptance) }, inside: false };
    expect(await judge(opened, court())).toMatchObject({ verdict: 'pending', number: acceptance.record });
  });

  test.each([
    ['receipt/policy.txt', 'no-proof'],
    ['assignment/case.tamga-assignment', 'no-genesis'],
    ['policy-chain/whole.tamga-policies', 'is-policy'],
  ])('%s is not judged here: %s', async (path, reason) => {
    const opened = { name: path, content: { proof: vector(path) }, inside: false };
    expect(await judge(opened, court())).toMatchObject({ verdict: 'cannot-check', reason });
  });

  test('of a kind that only the program knows is told apart', async () => {
    const opened = { name: '', content: { proof: new TextEncoder().encode('tamga-reconciliation/v1\n') }, inside: false };
    expect(await judge(opened, court())).toMatchObject({ verdict: 'cannot-check', reason: 'elsewhere' });
  });

  test.each([
    ['statement/whole.json', 'statement/policy.txt', 'statement', 'authentic'],
    ['policy-chain/under-1.tamga-receipt', 'policy-chain/whole.tamga-policies', 'receipt', 'authentic'],
    ['policy-chain/under-1.tamga-receipt', 'policy-chain/genesis-only.tamga-policies', 'receipt', 'mismatch'],
  ])('%s is judged by %s', async (path, trust, kind, verdict) => {
    const opened = { name: path, content: { proof: vector(path) }, inside: false };
    expect(await judge(opened, court(undefined, vectorText(trust)))).toMatchObject({ verdict, report: { kind } });
  });

  test('that a signed list leaves out says by which', async () => {
    const names = ['omission/left-out.tamga-receipt', 'omission/left-out.tamga-subject', 'omission/listed.tamga-subject'];
    const opened = names.map((name) => ({ name, content: { proof: vector(name) }, inside: false }));
    const judged = await judgeAll(opened, court(undefined, vectorText('omission/policy.txt')));
    expect(judged.map(({ verdict, leftOutBy }) => [verdict, leftOutBy])).toEqual([
      ['authentic', names[1]],
      ['authentic', undefined],
      ['authentic', undefined],
    ]);
  });

  test('that is a further page of a list goes on from the page before', async () => {
    const opened = ['second-page', 'first-page'].map((name) => ({ name, content: { proof: vector(`subject/${name}.tamga-subject`) }, inside: false }));
    const trust = court(undefined, vectorText('subject/policy.txt'));
    expect((await judgeAll(opened, trust)).map(({ verdict, facts }) => [verdict, facts.complete])).toEqual([['authentic', true], ['authentic', false]]);
    expect((await judgeAll(opened.slice(0, 1), trust))[0]).toMatchObject({ verdict: 'mismatch', report: { code: 'subject-known' } });
  });

  test('of an assignment is judged with the genesis file that came along', async () => {
    const key = (byte: number) => Buffer.from(new Uint8Array(32).fill(byte)).toString('base64');
    const toml = new TextEncoder().encode(`version = 1\n[[validator]]\nname = "v0"\norganisation = "1"\nconsensus = "${key(1)}"\nbeacon = "${key(2)}" # x\n`);
    const [genesis] = await open('genesis.toml', toml, async () => null);
    expect(genesis?.content).toHaveProperty('genesis');
    const assignment = { name: 'a', content: { proof: vector('assignment/drawn.tamga-assignment') }, inside: false };
    const judged = await judgeAll([genesis!, assignment], court(undefined, vectorText('assignment/policy.txt')));
    // It is another genesis than the journal began with.
    expect(judged).toMatchObject([{ verdict: 'mismatch', report: { kind: 'assignment', code: 'proof-root' } }]);
  });

  test('gives its facts', async () => {
    const opened = { name: '', content: { proof: vector('receipt/opened.tamga-receipt') }, inside: true };
    const { facts, inside } = await judge(opened, court());
    expect(inside).toBe(true);
    expect(facts).toMatchObject({ recordId: OPENED, kind: 201, index: 6, size: 8, height: 2, recordedAt: 1_800_000_002_000 });
    expect(facts.cosigners).toEqual([
      { name: 'v0', time: 1_800_000_100 },
      { name: 'v1', time: 1_800_000_101 },
      { name: 'v2', time: 1_800_000_102 },
    ]);
    expect(facts.opened).toEqual([{ name: 'amount', value: 1_500_000n }]);
  });
});

describe('a number', () => {
  const receipt = vector('receipt/plain.tamga-receipt');

  test('is authentic if the receipt that the node hands out is', async () => {
    expect(await judgeCode('', { number }, court({ receipt }))).toMatchObject({ verdict: 'authentic', number });
  });

  test('is not what a genuine receipt of another record says', async () => {
    const judged = await judgeCode('', { number: other }, court({ receipt }));
    expect(judged).toMatchObject({ verdict: 'cannot-check', reason: 'other-record', facts: {} });
  });

  test('is no better than its receipt', async () => {
    const answer = { receipt: vector('receipt/opened-value-changed.tamga-receipt') };
    expect((await judgeCode('', { number }, court(answer))).verdict).toBe('mismatch');
  });

  test.each([
    [{ pending: true }, 'pending', null],
    [{ failed: 'not-found' }, 'cannot-check', 'not-found'],
    [{ failed: 'busy' }, 'cannot-check', 'busy'],
    [{ failed: 'offline' }, 'cannot-check', 'offline'],
  ] as const)('of which the node says %o is %s', async (answer, verdict, reason) => {
    expect(await judgeCode('', { number }, court(answer))).toMatchObject({ verdict, reason, number });
  });
});
