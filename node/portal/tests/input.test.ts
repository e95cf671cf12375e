import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { base45 } from '../src/input/base45';
import { readCode } from '../src/input/code';
import { inflate } from '../src/input/inflate';
import { readNumber } from '../src/input/number';
import { open } from '../src/input/open';
import { attachments } from '../src/input/pdf';
import { encode45 } from './base45';
import { RECORD, bytes as vector } from './vectors';
import { zip } from './zip';

const NUMBER = RECORD;
const receipt = vector('receipt/plain.tamga-receipt');
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | null | undefined) => content && new TextDecoder().decode(content);

describe('a number', () => {
  test.each([
    NUMBER,
    `  ${NUMBER.toUpperCase()}\n`,
    NUMBER.replace(/(.{8})/g, '$1 '),
    NUMBER.replace(/(.{4})(?=.)/g, '$1-'),
    `https://tamga.example/#r.${NUMBER}`,
    `http://127.0.0.1:8080/kk#r.${NUMBER}`,
  ])('is read from %s', (typed) => {
    expect(readNumber(typed)).toEqual({ number: NUMBER });
  });

  test.each([
    ['', 0],
    ['12 34', 4],
    [NUMBER.slice(1), 63],
    [`${NUMBER}0`, 65],
    [NUMBER.replace('9', 'x'), 64],
  ])('is not %s', (typed, count) => {
    expect(readNumber(typed)).toEqual({ count });
  });
});

test.each([
  ['AB', 'BB8'],
  ['Hello!!', '%69 VD92EX0'],
  ['base-45', 'UJCLQE7W581'],
  ['ietf!', 'QED8WEX0'],
])('the example %s of the standard of Base45 holds', (plain, encoded) => {
  expect(text(base45(encoded))).toBe(plain);
});

test.each(['A', 'AAAA', 'GGW', '::', 'aaa', 'é11'])('%s is no Base45', (encoded) => {
  expect(base45(encoded)).toBeNull();
});

describe('a code', () => {
  const whole = `TAMGA1:${encode45(deflateSync(receipt))}`;

  test('leads to a record', async () => {
    expect(await readCode(`https://tamga.example/#r.${NUMBER}`)).toEqual({ number: NUMBER });
  });

  test('carries a whole receipt, whatever a reader puts behind it', async () => {
    for (const read of [whole, `${whole}\r\n`]) {
      const code = await readCode(read);
      expect(code && 'proof' in code && text(code.proof)).toBe(text(receipt));
    }
  });

  test.each(['https://example.org/', 'TAMGA1:', 'TAMGA1:%%%', `TAMGA2:${whole.slice(7)}`, whole.slice(0, -30)])(
    'is not %.40s',
    async (read) => {
      expect(await readCode(read)).toBeNull();
    },
  );
});

test('what unpacks to more than allowed is refused before it fills the memory', async () => {
  const packed = deflateSync(new Uint8Array(50_000_000));
  expect(await inflate(packed, 'deflate', 1000)).toBeNull();
});

/** A document with streams, each with its dictionary. */
function pdf(...streams: [string, Uint8Array][]): Uint8Array {
  const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  streams.forEach(([dictionary, content], at) => {
    parts.push(Buffer.from(`${at + 1} 0 obj\n<< ${dictionary} >>\nstream\n`), Buffer.from(content));
    parts.push(Buffer.from('\nendstream\nendobj\n'));
  });
  return Buffer.concat([...parts, Buffer.from('trailer\n<< /Root 1 0 R >>\n%%EOF\n')]);
}

describe('the receipt in a document', () => {
  const packed = deflateSync(receipt);

  test.each([
    ['plain', `/Type /EmbeddedFile /Length ${receipt.length}`, receipt],
    ['deflated', `/Length ${packed.length} /Filter /FlateDecode /Type/EmbeddedFile`, packed],
    ['with its length elsewhere', '/Type /EmbeddedFile /Length 9 0 R /Filter [/FlateDecode]', packed],
  ])('is found %s', async (_, dictionary, content) => {
    const page: [string, Uint8Array] = ['/Length 5', bytes('BT ET')];
    const found = await attachments(pdf(page, [dictionary, content]));
    expect(found.map(text)).toEqual([text(receipt)]);
  });

  test('is not looked for in other streams, nor in what can not be unpacked', async () => {
    const other = pdf(
      [`/Length ${receipt.length}`, receipt],
      [`/Type /EmbeddedFile /Filter /LZWDecode /Length ${receipt.length}`, receipt],
      ['/Type /EmbeddedFile /Filter /FlateDecode /Length 4', bytes('junk')],
    );
    expect(await attachments(other)).toEqual([]);
    expect(await attachments(bytes('%PDF-1.7 /EmbeddedFile stream'))).toEqual([]);
  });
});

describe('a file that is handed in', () => {
  const nothing = async () => null;

  test('is a proof itself', async () => {
    const [opened] = await open('a.tamga-receipt', receipt, nothing);
    expect(opened).toEqual({ name: 'a.tamga-receipt', content: { proof: receipt }, inside: false });
  });

  test('is an archive of proofs and of what is for people', async () => {
    const pack = zip([
      ['receipts/1.tamga-receipt', receipt],
      ['account.pdf', bytes('%PDF-1.7')],
      ['case.tamga-subject', bytes('tamga-subject/v1\n')],
      ['policy.txt', bytes('log …')],
    ]);
    const opened = await open('case.zip', pack, nothing);
    expect(opened.map(({ name }) => name)).toEqual(['receipts/1.tamga-receipt', 'case.tamga-subject']);
    const whole = await open('case.zip', zip([['policy.txt', vector('receipt/policy.txt')]]), nothing);
    expect(whole).toMatchObject([{ name: 'policy.txt', content: { policy: text(vector('receipt/policy.txt')) } }]);
    expect(await open('cut.zip', pack.subarray(0, 200), nothing)).toMatchObject([{ content: { barren: 'no-proof' } }]);
  });

  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0]);
  test.each([
    [null, { barren: 'no-code' }],
    ['WIFI:S:home;;', { barren: 'foreign-code' }],
    [`https://tamga.example/#r.${NUMBER}`, { number: NUMBER }],
  ])('is a picture of the code %s', async (code, content) => {
    expect((await open('a.png', png, async () => code))[0]?.content).toEqual(content);
  });

  test('is a document without a receipt', async () => {
    expect((await open('a.pdf', pdf(), nothing))[0]?.content).toEqual({ barren: 'no-proof' });
  });
});
