import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright-core';
import encodeQR from 'qr';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUES, LANGUAGES, OWN_NAMES, type Language } from '../src/texts';
import { grouped } from '../src/policy';
import { readPolicy } from '../src/verifier';
import { encode45 } from '../tests/base45';
import { RECORD, bytes as vector, cases, text as vectorText } from '../tests/vectors';
import { zip } from '../tests/zip';
import { file, GOOD, TAMPERED } from './files';

const PAGE = pathToFileURL(join(import.meta.dirname, '../../../client/assets/verify.html')).href;
const POLICY = vectorText('receipt/policy.txt');

const PACK = file(
  'case.zip',
  zip([
    ['README.txt', Buffer.from('for people')],
    ['receipts/00001-E01.tamga-receipt', vector('receipt/plain.tamga-receipt')],
    ['receipts/00002-E02.tamga-receipt', vector('receipt/opened-value-changed.tamga-receipt')],
    ['policy.txt', Buffer.from(POLICY)],
  ]),
);

let browser: Browser;
/** Requests beyond the page itself, and what went wrong. */
let faults: string[] = [];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(() => browser?.close());
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  const seen = faults;
  faults = [];
  expect(seen).toEqual([]);
});

/** A new device without a connection opens the saved page. */
async function visit(language: Language): Promise<Page> {
  const context = await browser.newContext({ offline: true, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => request.url().split('#')[0] !== PAGE && !request.url().startsWith('data:') && faults.push(`asked ${request.url()}`));
  await page.goto(PAGE);
  await page.click(`text=${OWN_NAMES[language]}`);
  await page.waitForSelector(`html[lang=${language}]`);
  return page;
}

async function choose(page: Page, ...files: ReturnType<typeof file>[]): Promise<void> {
  await page.setInputFiles('input[type=file][multiple]', files);
  await page.waitForSelector('.verdict');
}

describe.each(LANGUAGES)('in %s', (language) => {
  const texts = CATALOGUES[language];

  test('files are judged by a policy file, and by none before it', async () => {
    const page = await visit(language);
    expect(await page.textContent('main')).toContain(texts.saved.first);
    await choose(page, GOOD, TAMPERED);
    expect(await page.locator('.verdict.cannot-check').count()).toBe(2);
    expect(await page.textContent('.verdict')).toContain(texts.reason['no-policy']);
    await page.locator('footer details > summary').first().click();
    await page.setInputFiles('footer input[type=file]', [file('policy.txt', POLICY)]);
    await page.waitForSelector('.verdict.authentic');
    expect(await page.textContent('.verdict.authentic')).toContain(texts.authentic.honest);
    expect(await page.textContent('.verdict.mismatch')).toContain(texts.mismatch.warning);
  });

  test('the policy of a pack is believed only after its fingerprint was compared', async () => {
    const page = await visit(language);
    await choose(page, PACK);
    expect(await page.locator('.verdict.cannot-check').count()).toBe(2);
    const alert = await page.textContent('[role=alert]');
    expect(alert).toContain(texts.packPolicy.changed);
    expect(alert).toContain(grouped(readPolicy(POLICY).fingerprint));
    await page.click(`text=${texts.packPolicy.accept}`);
    await page.waitForSelector('.verdict.authentic');
    expect(await page.locator('.verdict.mismatch').count()).toBe(1);
  });

  test.each([
    ['a statement', 'statement/whole.json', 'statement/policy.txt', texts.kind.statement],
    ['a list of records', 'subject/whole.tamga-subject', 'subject/policy.txt', texts.kind.subject],
    ['evidence of a split journal', null, 'evidence/policy.txt', texts.split.heading],
    ['an old receipt by a chain of policies', 'policy-chain/under-0.tamga-receipt', 'policy-chain/whole.tamga-policies', texts.authentic.honest],
  ])('%s gets its verdict', async (_, path, policy, said) => {
    const page = await visit(language);
    await page.setInputFiles('main section:first-of-type input[type=file]', [file('policy.txt', vector(policy))]);
    await page.waitForSelector(`main :text("${texts.saved.first}")`, { state: 'detached' });
    const content = path === null ? cases<{ evidence: string }>('evidence/evidence.jsonl')[0]!.evidence : vector(path);
    await choose(page, file('held', content));
    expect(await page.locator('.verdict.authentic').count()).toBe(1);
    expect(await page.textContent('.verdict')).toContain(said);
  });

  test('nothing is cut off at 320 points', async () => {
    const page = await visit(language);
    await page.setViewportSize({ width: 320, height: 640 });
    await choose(page, PACK);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });
});

test('files are dropped on the page', async () => {
  const page = await visit('en');
  const transfer = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.zip'));
    return transfer;
  }, Array.from(PACK.buffer));
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await page.waitForSelector('.verdict');
  expect(await page.locator('.verdict').count()).toBe(2);
});

test('a picture of the large code is enough, a number is not', async () => {
  const page = await visit('en');
  await page.setInputFiles('main section:first-of-type input[type=file]', [file('policy.txt', POLICY)]);
  const whole = `TAMGA1:${encode45(deflateSync(vector('receipt/plain.tamga-receipt')))}`;
  await choose(page, file('code.gif', encodeQR(whole, 'gif', { ecc: 'low', scale: 4 })));
  await page.waitForSelector('.verdict.authentic');
  expect(await page.textContent('.verdict')).toContain(CATALOGUES.en.authentic.compare);
  await page.goto(`${PAGE}#r.${RECORD}`);
  await page.waitForSelector('.verdict.cannot-check');
  expect(await page.textContent('.verdict')).toContain(CATALOGUES.en.reason['no-ledger']);
});

test('the page holds its own policy of contents, which lets it load nothing', () => {
  const page = readFileSync(new URL(PAGE), 'utf8');
  expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']*'; style-src 'sha256-[^']*'; img-src data:; /);
  expect(page).not.toMatch(/<(script|link|img)[^>]* (src|href)="(?!data:)/);
});
