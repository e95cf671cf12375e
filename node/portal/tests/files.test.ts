import { describe, expect, it } from 'vitest';
import { verifyFile } from '../src/verify';
import { bytes, cases, text } from './vectors';

describe('receipts', () => {
  const policy = text('receipt/policy.txt');
  interface Expected { file: string; verdict: string; code?: string; at?: number; index?: number; height?: number; opened?: number; id?: string; size?: number; recorded_at?: number }
  const expected = cases<Expected>('receipt/expected.jsonl').filter((it) => it.file.endsWith('.tamga-receipt'));
  it.each(expected)('$file', async ({ file, verdict, code, at, ...facts }) => {
    const report = await verifyFile(bytes(file), policy);
    if (verdict !== 'proven') {
      expect([report.verdict, report.code, report.position]).toEqual([verdict === 'mismatch' ? 'mismatch' : 'cannot-check', code, at]);
      return;
    }
    expect(report.code).toBeUndefined();
    expect(report.verdict).toBe('authentic');
    const { recordId, index, height, size, recordedAt, opened } = report.facts as Record<string, unknown> & { opened: unknown[] };
    expect({ id: recordId, index, height, size, recorded_at: recordedAt, opened: opened.length }).toMatchObject({
      id: facts.id, index: facts.index, height: facts.height, size: facts.size, recorded_at: facts.recorded_at, opened: facts.opened,
    });
  });
  it('fall with a byte that is changed', { timeout: 60_000 }, async () => {
    const good = bytes('receipt/opened.tamga-receipt');
    for (let at = 0; at < good.length; at += 31) {
      const changed = good.slice();
      changed[at]! ^= 1;
      expect((await verifyFile(changed, policy)).verdict, `byte ${at}`).not.toBe('authentic');
    }
  });
});

describe('proofs about subjects', () => {
  const policy = text('subject/policy.txt');
  const expected = text('subject/expected.txt').split('\n').filter((line) => line !== '').map((line) => line.split(': ') as [string, string]);
  it.each(expected)('%s: %s', async (name, answer) => {
    const report = await verifyFile(bytes(`subject/${name}.tamga-subject`), policy);
    const { records, complete } = report.facts;
    expect(report.code ?? `${records} records, complete ${complete}`).toBe(answer);
  });
});

describe('anything else', () => {
  it('can not be checked', async () => {
    const report = await verifyFile(new TextEncoder().encode('hello'), text('receipt/policy.txt'));
    expect(report).toMatchObject({ verdict: 'cannot-check', kind: 'unknown' });
  });
  it('a policy that is none is told apart', async () => {
    const report = await verifyFile(bytes('receipt/plain.tamga-receipt'), 'nothing');
    expect(report).toMatchObject({ verdict: 'cannot-check', code: 'policy-syntax' });
  });
});
