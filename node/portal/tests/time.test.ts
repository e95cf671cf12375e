import { expect, test } from 'vitest';
import { CATALOGUES } from '../src/texts';
import { day, lateness, moment, money } from '../src/time';

test('times are those of the country, whatever the browser believes', () => {
  expect(moment(Date.UTC(2026, 2, 12, 9, 5))).toBe('12.03.2026 14:05');
  expect(day(Date.UTC(2026, 11, 31, 19, 0))).toBe('01.01.2027');
});

test('a record is late from a day on', () => {
  const at = (hours: number) => lateness(0, hours * 3_600_000, 'ru', CATALOGUES.ru);
  expect(at(23)).toBeNull();
  expect(at(24)).toBe('1 день');
  expect(at(9 * 24 + 5)).toBe('9 дней');
  expect(lateness(1000, 0, 'ru', CATALOGUES.ru)).toBeNull();
});

test.each([
  [0, '0,00 ₸'],
  [5, '0,05 ₸'],
  [150_000_000, '1 500 000,00 ₸'],
  [-123_456, '−1 234,56 ₸'],
  [9_007_199_254_740_993n, '90 071 992 547 409,93 ₸'],
])('%s tiyn are %s', (tiyn, text) => {
  expect(money(tiyn).replace(/\u00a0/g, ' ')).toBe(text);
});
