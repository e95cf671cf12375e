// @vitest-environment jsdom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, test } from 'vitest';
import type { Judged, Reason } from '../src/judge';
import Results from '../src/page/Results.svelte';
import type { Trust } from '../src/policy';
import { CATALOGUES, LANGUAGES, type Language } from '../src/texts';

const TRUST: Trust = {
  origin: 'tamga.example/test',
  needed: 3,
  organisations: ['one', 'two', 'three', 'four'],
  fingerprint: 'ab'.repeat(32),
  text: '',
  since: 0,
  own: false,
};
const NOTHING: Judged = {
  name: 'paper.pdf',
  verdict: 'cannot-check',
  reason: null,
  report: null,
  facts: {},
  proof: null,
  number: null,
  inside: false,
};
const DAY = 86_400_000;
const AUTHENTIC: Judged = {
  ...NOTHING,
  verdict: 'authentic',
  report: { verdict: 'authentic', kind: 'receipt', checks: [{ id: 'quorum', ok: true }], facts: {} },
  facts: {
    recordId: 'cd'.repeat(32),
    kind: 204,
    eventTime: Date.UTC(2026, 2, 3, 8),
    recordedAt: Date.UTC(2026, 2, 12, 9, 5),
    cosigners: [
      { name: 'one', time: 0 },
      { name: 'two', time: 0 },
      { name: 'three', time: 0 },
    ],
    opened: [{ name: 'amount_due', value: 41_200_000 }],
  },
  proof: new Uint8Array([116]),
};

let page: ReturnType<typeof mount> | undefined;
afterEach(() => {
  if (page) void unmount(page);
});

/** What people read of results. */
function shown(results: Judged[], language: Language): string {
  document.body.replaceChildren();
  const nothing = () => {};
  const texts = CATALOGUES[language];
  const props = { results, trust: TRUST, language, texts, onhome: nothing, onagain: nothing };
  page = mount(Results, { target: document.body, props });
  flushSync();
  const text = (document.body.textContent ?? '').replace(/\s+/g, ' ');
  expect(text).not.toMatch(/[{}]|undefined|NaN|\[object/);
  return text.replace(/\u00a0/g, ' ');
}

describe.each(LANGUAGES)('in %s', (language) => {
  const texts = CATALOGUES[language];

  test('what can not be checked says why, what to do, and that it is no forgery', () => {
    for (const reason of Object.keys(texts.reason).filter((it) => it !== 'form') as Reason[]) {
      const text = shown([{ ...NOTHING, reason }], language);
      expect(text).toContain(texts.cannot.sentence);
      expect(text).toContain(texts.reason[reason]);
      expect(text).toContain(texts.remedy[reason]);
      expect(text).not.toContain(texts.mismatch.warning);
    }
  });

  test('a late record shows both times and how late it is', () => {
    const text = shown([AUTHENTIC], language);
    expect(text).toContain('12.03.2026 14:05');
    expect(text).toContain('03.03.2026 13:00');
    expect(text).toMatch(language === 'kk' ? /9 күн/ : language === 'ru' ? /9 дней/ : /9 days/);
    expect(text).toContain('412 000,00 ₸');
    expect(text).toContain(texts.authentic.honest);
  });

  test('a record made within a day is not called late', () => {
    const facts = { ...AUTHENTIC.facts, eventTime: AUTHENTIC.facts.recordedAt! - DAY + 1 };
    shown([{ ...AUTHENTIC, facts }], language);
    expect(document.querySelector('.late')).toBeNull();
  });

  test('evidence of a split journal is an alarm, not good news', () => {
    const report = { ...AUTHENTIC.report!, kind: 'evidence' as const };
    const facts = { signers: ['v1', 'v2'], exceeds: true, size: 7 };
    const text = shown([{ ...AUTHENTIC, report, facts }], language);
    expect(text).toContain(texts.split.heading);
    expect(text).toContain('v1, v2');
    expect(text).toContain(texts.split.broken);
    expect(text).not.toContain(texts.authentic.honest);
    expect(text).not.toContain(texts.verdict.authentic);
  });

  test('a record that a signed list leaves out is an alarm', () => {
    const text = shown([{ ...AUTHENTIC, leftOutBy: 'list.tamga-subject' }], language);
    expect(text).toContain('list.tamga-subject');
    expect(text).toContain(texts.split.next);
  });

  test('a statement shows its sums, an assignment its officer', () => {
    const statement = { ...AUTHENTIC.report!, kind: 'statement' as const };
    const sums = { statements: 2, periods: ['2026-Q1', '2026-Q2'] as [string, string], allocated: 100_000n, net: 75_000n, tax: 0n, levied: 0n, closing: 25_000n, owed: 30_000n };
    const text = shown([{ ...AUTHENTIC, report: statement, facts: sums }], language);
    for (const amount of ['1 000,00 ₸', '750,00 ₸', '250,00 ₸', '300,00 ₸', '2026-Q1', '2026-Q2']) expect(text).toContain(amount);
    const assignment = { ...AUTHENTIC.report!, kind: 'assignment' as const };
    const drawn = shown([{ ...AUTHENTIC, report: assignment, facts: { officer: 'officer:AAA', candidates: 5 } }], language);
    expect(drawn).toContain('officer:AAA');
    expect(drawn).toContain('(5)');
  });

  test('several are counted', () => {
    const text = shown([AUTHENTIC, AUTHENTIC, { ...NOTHING, reason: 'no-code' }], language);
    expect(document.querySelectorAll('h1')).toHaveLength(1);
    expect(document.querySelectorAll('.verdict h2')).toHaveLength(3);
    expect(text).toMatch(/2 ·.* 0 ·.* 1 ·.* 0/);
  });
});

test('what comes from inside a document is to be compared with it, and can be saved', () => {
  const text = shown([{ ...AUTHENTIC, inside: true }], 'en');
  expect(text).toContain(CATALOGUES.en.authentic.compare);
  expect(text).toContain(CATALOGUES.en.how.save);
  expect(shown([AUTHENTIC], 'en')).not.toContain(CATALOGUES.en.how.save);
});

test('a fault that no step is about is told all the same', () => {
  const report = { ...AUTHENTIC.report!, verdict: 'mismatch' as const, code: 'body-commitment' };
  shown([{ ...AUTHENTIC, verdict: 'mismatch', report }], 'en');
  expect(document.querySelector('.checks .wrong')).not.toBeNull();
});

test('nothing that a file says becomes part of the page', () => {
  const name = '<img src=x onerror=alert(1)>.pdf';
  shown([{ ...AUTHENTIC, name }], 'en');
  expect(document.querySelector('img')).toBeNull();
  expect(document.body.textContent).toContain(name);
});
