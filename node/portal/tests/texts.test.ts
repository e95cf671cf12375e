import { describe, expect, test } from 'vitest';
import { CATALOGUES, LANGUAGES, fill, languageOf, plural } from '../src/texts';
import ledger from '../src/texts/ledger.json';
import { verifyFile } from '../src/verify';
import { fromHex } from '../src/verify/bytes';
import { bytes, cases, text } from './vectors';

/** Every text of a catalogue by its path. */
function flat(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : flat(value, `${path}${key}.`),
  ) as [string, string][];
}
const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the catalogues', () => {
  const reference = new Map(flat(CATALOGUES.ru));

  test.each(LANGUAGES)('%s has every text, none more, with the same places', (language) => {
    const texts = new Map(flat(CATALOGUES[language]));
    expect([...texts.keys()].sort()).toEqual([...reference.keys()].sort());
    for (const [key, text] of texts) {
      expect(text.trim(), key).not.toBe('');
      expect(places(text), key).toEqual(places(reference.get(key)!));
    }
  });

  test('never say what lay people should not have to know', () => {
    for (const language of LANGUAGES) {
      for (const [key, text] of flat(CATALOGUES[language])) {
        expect(text, key).not.toMatch(/блокчейн|blockchain|транзакци|transaction|\bнод[аыеу]\b|хеш|\bhash/i);
      }
    }
  });

  test('are written with letters of their languages', () => {
    const kazakh = flat(CATALOGUES.kk).map(([, text]) => text).join('');
    for (const letter of 'әғқңөұүі') expect(kazakh.toLowerCase(), letter).toContain(letter);
    for (const [key, text] of flat(CATALOGUES.en)) expect(text, key).not.toMatch(/\p{Script=Cyrillic}/u);
    for (const [key, text] of flat(CATALOGUES.ru)) expect(text.replace('Таңба', ''), key).not.toMatch(/[әғқңөұүһі]/i);
  });

  test('of the ledger have three languages each', () => {
    for (const texts of [...Object.values(ledger.faults), ...Object.values(ledger.kinds)]) {
      expect(Object.keys(texts).sort()).toEqual([...LANGUAGES].sort());
    }
  });
});

const [founded] = cases<{ hash: string; validators: { id: string; organisation: string; beacon: string }[] }>('assignment/genesis.jsonl');
const genesis = {
  hash: fromHex(founded!.hash),
  validators: founded!.validators.map((it) => ({ id: fromHex(it.id), organisation: it.organisation, beacon: fromHex(it.beacon) })),
};
const root = text('policy-chain/root.txt').trim();

test('every step that the verifier tells of has a text', async () => {
  const files = ['receipt/opened.tamga-receipt', 'subject/whole.tamga-subject', 'subject/absent.tamga-subject'];
  const trusts: Record<string, string> = { 'policy-chain': 'receipt/policy.txt' };
  const held = ['statement/whole.json', 'policy-chain/two.tamga-policies', 'policy-chain/swapped.tamga-policies', 'assignment/drawn.tamga-assignment', 'assignment/winner.tamga-assignment'];
  const refused = cases<{ file: string }>('receipt/expected.jsonl').filter(({ file }) => /receipt$/.test(file));
  for (const file of [...files, ...held, ...refused.map((it) => it.file)]) {
    const { checks } = await verifyFile(bytes(file), text(trusts[file.split('/')[0]!] ?? `${file.split('/')[0]}/policy.txt`), { genesis, root });
    expect(checks.length, file).toBeGreaterThan(0);
    for (const { id } of checks) expect(Object.keys(CATALOGUES.ru.check), file).toContain(id);
  }
});

test('a place without a value stays visible', () => {
  expect(fill('{a} of {b}', { a: 3 })).toBe('3 of {b}');
});

test.each([
  ['ru', 1, '1 день'],
  ['ru', 3, '3 дня'],
  ['ru', 11, '11 дней'],
  ['ru', 21, '21 день'],
  ['kk', 5, '5 күн'],
  ['en', 1, '1 day'],
  ['en', 2, '2 days'],
] as const)('%s counts %i as %s', (language, count, counted) => {
  expect(plural(language, count, CATALOGUES[language].days)).toBe(counted);
});

test.each([
  ['/kk/', 'ru', ['en'], 'kk'],
  ['/', 'ru', ['en'], 'ru'],
  ['/', null, ['de-DE', 'en-GB'], 'en'],
  ['/', null, ['kk-KZ'], 'kk'],
  ['/', 'xx', ['fr'], 'ru'],
] as const)('at %s, with %s remembered and %s asked for, the language is %s', (path, kept, asked, language) => {
  expect(languageOf(path, kept, asked)).toBe(language);
});
