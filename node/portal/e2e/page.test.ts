import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import encodeQR from 'qr';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUES, LANGUAGES } from '../src/texts';
import { RECORD, bytes as vector, text as vectorText } from '../tests/vectors';
import { encode45 } from '../tests/base45';
import { file, GOOD, TAMPERED } from './files';
import { serve } from './server';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const POLICY = vectorText('receipt/policy.txt');
/** A record that waits for its signatures. */
const WAITING = 'ab'.repeat(32);

const UNKNOWN = file('holiday.txt', 'not of the journal');

let browser: Browser;
let server: Server;
let url: string;
/** What the node answers beyond its policy; a test may change the policy. */
let policy = POLICY;
/** What went wrong in the pages of a test. */
let faults: string[] = [];

beforeAll(async () => {
  ({ server, url } = await serve((path) => {
    if (path === '/.well-known/tamga/trust-policy') return { body: policy };
    if (path === `/v1/records/${RECORD}/receipt`) return { body: vectorText('receipt/plain.tamga-receipt') };
    if (path === `/v1/records/${WAITING}/receipt`) return { status: 202, body: '{}' };
    return null;
  }));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  });
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});
afterEach(async () => {
  policy = POLICY;
  await Promise.all(browser.contexts().map((context) => context.close()));
  const seen = faults;
  faults = [];
  expect(seen).toEqual([]);
});

/** A new device at a path of the page. */
async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  // A broken policy of contents is told here, too.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('blob:')) faults.push(`asked ${request.url()}`);
  });
  await page.goto(url + path);
  await page.waitForSelector('h1');
  return page;
}

async function choose(page: Page, ...files: ReturnType<typeof file>[]): Promise<void> {
  await page.setInputFiles('input[type=file][multiple]', files);
  await page.waitForSelector('.verdict');
}

/** Rules of accessibility that the page breaks as it is now. */
async function broken(page: Page): Promise<string[]> {
  // Run in the page's world by the browser itself, which the policy of contents does not forbid.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run: Function } }).axe.run;
    const { violations, passes } = await run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    if (passes.length < 10) return ['almost nothing was looked at'];
    return violations.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) => `${id}: ${nodes[0]?.html}`);
  });
}

describe.each(LANGUAGES)('in %s', (language) => {
  const texts = CATALOGUES[language];

  test.each([
    ['a good file', GOOD, texts.verdict.authentic, texts.authentic.honest],
    ['a tampered file', TAMPERED, texts.verdict.mismatch, texts.mismatch.warning],
    ['an unknown file', UNKNOWN, texts.verdict['cannot-check'], texts.cannot.sentence],
  ])('%s gets its verdict, which is read out first', async (_, chosen, verdict, sentence) => {
    const page = await visit(`/${language}`);
    expect(await page.getAttribute('html', 'lang')).toBe(language);
    await choose(page, chosen);
    expect(await page.textContent('h1')).toBe(verdict);
    expect(await page.textContent('.verdict')).toContain(sentence);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    for (const details of await page.$$('details')) await details.evaluate((it) => it.setAttribute('open', ''));
    expect(await broken(page)).toEqual([]);
  });

  test('no part of the home page is hard to reach, in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await visit(`/${language}`, { colorScheme });
      await page.fill('#number', '12');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#number-problem');
      expect(await broken(page)).toEqual([]);
    }
  });

  test('nothing is cut off at 320 points', async () => {
    const page = await visit(`/${language}`, { viewport: { width: 320, height: 640 } });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(320);
    await choose(page, GOOD, TAMPERED, UNKNOWN);
    for (const details of await page.$$('details')) await details.evaluate((it) => it.setAttribute('open', ''));
    expect(await width()).toBe(320);
  });
});

const texts = CATALOGUES.en;

test('a file is dropped anywhere on the page', async () => {
  const page = await visit('/en');
  const content = Array.from(GOOD.buffer);
  const transfer = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.tamga-receipt'));
    return transfer;
  }, content);
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await page.waitForSelector('.verdict.authentic');
  expect(await page.textContent('.verdict')).toContain('dropped.tamga-receipt');
});

test('the keyboard alone is enough', async () => {
  const page = await visit('/en');
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe(texts.skip);
  const number = async () => page.evaluate(() => document.activeElement?.id === 'number');
  for (let steps = 0; steps < 12 && !(await number()); steps += 1) await page.keyboard.press('Tab');
  await page.keyboard.type(RECORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict.authentic');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe(texts.how.save);
});

test('a link from a code leads straight to the verdict, and its number stays in the fragment', async () => {
  const page = await visit(`/#r.${RECORD}`, { locale: 'en-GB' });
  await page.waitForSelector('.verdict.authentic');
  await page.goto(`${url}/kk#r.${WAITING}`);
  await page.waitForSelector('.verdict.pending');
  expect(await page.textContent('h1')).toBe(CATALOGUES.kk.verdict.pending);
  await page.click(`text=${CATALOGUES.kk.another}`);
  await page.waitForSelector('#number');
  expect(new URL(page.url()).hash).toBe('');
});

test('a number that nobody has, and a node that is gone, are not forgeries', async () => {
  const page = await visit('/en');
  await page.fill('#number', '00'.repeat(32));
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict.cannot-check');
  expect(await page.textContent('.verdict')).toContain(texts.reason['not-found']);
  await page.context().setOffline(true);
  await page.click(`text=${texts.pending.again}`);
  await page.waitForFunction((text) => document.body.textContent?.includes(text), texts.reason.offline);
  faults = faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED'));
});

test('a picture of either code is enough', async () => {
  const page = await visit('/en');
  const whole = `TAMGA1:${encode45(deflateSync(vector('receipt/plain.tamga-receipt')))}`;
  for (const [code, scale] of [[`${url}/#r.${RECORD}`, 6], [whole, 4]] as const) {
    const picture = encodeQR(code, 'gif', { ecc: 'low', scale });
    await choose(page, file('code.gif', picture));
    expect(await page.textContent('h1')).toBe(texts.verdict.authentic);
    expect(await page.textContent('.verdict')).toContain(texts.authentic.compare);
    await page.click(`text=${texts.another}`);
  }
  await choose(page, file('other.gif', encodeQR('https://example.org', 'gif', { scale: 4 })));
  expect(await page.textContent('.verdict')).toContain(texts.reason['foreign-code']);
});

test('the camera’s dialogue opens, is reachable and closes', async () => {
  const page = await visit('/en');
  await page.click(`text=${texts.home.scan}`);
  await page.waitForFunction((text) => document.querySelector('dialog')?.textContent?.includes(text), texts.scanner.looking);
  expect(await broken(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
});

test('another policy than the remembered one is told, and not used until it is accepted', async () => {
  const page = await visit('/en');
  policy = POLICY.replace('group validators 3', 'group validators 4');
  await page.reload();
  await page.waitForSelector(`text=${texts.policy.changed}`);
  expect(await broken(page)).toEqual([]);
  await choose(page, GOOD);
  expect(await page.textContent('h1')).toBe(texts.verdict.authentic);
  await page.click(`text=${texts.policy.accept}`);
  // Three signatures are not four.
  await page.waitForSelector('.verdict.mismatch');
});

test('a file of one’s own is the policy until it is given up', async () => {
  const page = await visit('/en');
  await page.click('footer summary');
  const load = (content: string) => page.setInputFiles('footer input[type=file]', [file('policy.txt', content)]);
  await load('nonsense');
  await page.waitForSelector('footer .problem');
  await load(POLICY.replace('group validators 3', 'group validators 4'));
  await page.waitForSelector(`text=${texts.policy.own}`);
  await choose(page, GOOD);
  expect(await page.textContent('h1')).toBe(texts.verdict.mismatch);
  await page.click(`text=${texts.policy.forget}`);
  await page.waitForSelector('.verdict.authentic');
  expect(await page.textContent('footer')).not.toContain(texts.policy.own);
});

test('the language is switched without losing the verdict, and remembered', async () => {
  const page = await visit('/en');
  await choose(page, GOOD);
  await page.click('text=Қазақша');
  expect(await page.textContent('h1')).toBe(CATALOGUES.kk.verdict.authentic);
  expect(new URL(page.url()).pathname).toBe('/kk');
  await page.goto(`${url}/`);
  await page.waitForSelector(`text=${CATALOGUES.kk.home.heading}`);
});

test('a device that has seen the page checks files without a connection', async () => {
  const page = await visit('/en');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.context().setOffline(true);
  await page.goto(`${url}/ru`);
  await choose(page, GOOD);
  expect(await page.textContent('h1')).toBe(CATALOGUES.ru.verdict.authentic);
  await page.click(`text=${CATALOGUES.ru.another}`);
  await choose(page, file('code.gif', encodeQR(`${url}/#r.${RECORD}`, 'gif', { scale: 6 })));
  expect(await page.textContent('.verdict')).toContain(CATALOGUES.ru.reason.offline);
  faults = faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED'));
});

test('what is loaded before a verdict is light enough for a slow connection', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    const own = response.url().includes('/assets/') || response.url() === `${url}/`;
    if (own) sizes.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto(`${url}/`, { waitUntil: 'networkidle' });
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(150_000);
});
