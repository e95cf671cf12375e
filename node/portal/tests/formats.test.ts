import { describe, expect, it } from 'vitest';
import { parseAcceptance } from '../src/verify/acceptance';
import { base64, fromHex, hex } from '../src/verify/bytes';
import { decodeBlockLeaf } from '../src/verify/block-leaf';
import { checkOpening, openedLeaf } from '../src/verify/body';
import { Reader } from '../src/verify/cbor';
import { parseContradiction } from '../src/verify/contradiction';
import { FormatError } from '../src/verify/error';
import { checkConsistency, checkInclusion } from '../src/verify/merkle';
import { checkAbsence, checkPresence } from '../src/verify/mpt';
import { parseNote, parseVerifierKey, valueId } from '../src/verify/note';
import { judge, parsePolicy } from '../src/verify/policy';
import { parsePolicyChain } from '../src/verify/policy-chain';
import { checkRange, decodeRange, lineHash, lineKey } from '../src/verify/range';
import { parseReceipt } from '../src/verify/receipt';
import { checkSigned, decodeRecord } from '../src/verify/record';
import { admit, isValid, keyId } from '../src/verify/signature';
import { mapKey, parseSubject, subjectText } from '../src/verify/subject';
import { cases, text } from './vectors';

/** Code and position of the refusal; `undefined` if there is none. */
function refusal(act: () => unknown): { code: string; at: number } | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof FormatError) return { code: error.code, at: error.position };
    throw error;
  }
}

interface Refused {
  name?: string;
  code: string;
  at: number;
}

describe('CBOR', () => {
  it.each(cases<{ name: string; bytes: string }>('cbor/accepted.jsonl'))('takes $name', ({ bytes }) => {
    const reader = new Reader(fromHex(bytes));
    reader.any();
    reader.end();
  });
  it.each(cases<Refused & { bytes: string }>('cbor/refused.jsonl'))('refuses $name', ({ bytes, code, at }) => {
    const read = () => {
      const reader = new Reader(fromHex(bytes));
      reader.any();
      reader.end();
    };
    expect(refusal(read)).toEqual({ code, at });
  });
});

describe('signatures', () => {
  interface Signed { name: string; key: string; message: string; signature: string; valid?: boolean }
  it.each(cases<Signed>('signature/verify.jsonl'))('$name', ({ key, message, signature, valid }) => {
    expect(isValid(fromHex(key), fromHex(message), fromHex(signature))).toBe(valid);
  });
  it('of points of small order are all valid', () => {
    const all = cases<Signed>('signature/small-order.jsonl');
    expect(all).toHaveLength(196);
    for (const { key, message, signature } of all) expect(isValid(fromHex(key), fromHex(message), fromHex(signature))).toBe(true);
  });
  it.each(cases<{ name: string; key: string; key_id?: string; code?: string }>('signature/keys.jsonl'))('key: $name', ({ key, key_id, code }) => {
    expect(refusal(() => admit(fromHex(key)))?.code).toBe(code);
    if (key_id !== undefined) expect(hex(keyId(fromHex(key)))).toBe(key_id);
  });
});

describe('records', () => {
  interface Accepted { name: string; entry: string; key: string; record_id: string; leaf_hash: string; subject: string; issuer: string; kind: number; audience: string; signed_bytes: string }
  it.each(cases<Accepted>('record/accepted.jsonl'))('takes $name', (expected) => {
    const record = decodeRecord(fromHex(expected.entry));
    expect(hex(record.id)).toBe(expected.record_id);
    expect(hex(record.leaf)).toBe(expected.leaf_hash);
    expect(hex(record.signed)).toBe(expected.signed_bytes);
    expect(record.kind).toBe(expected.kind);
    expect(record.audience).toBe(expected.audience);
    expect(refusal(() => checkSigned(record, fromHex(expected.key)))).toBeUndefined();
  });
  it.each(cases<Refused & { entry: string }>('record/refused.jsonl'))('refuses $name', ({ entry, code, at }) => {
    expect(refusal(() => decodeRecord(fromHex(entry)))).toEqual({ code, at });
  });
  it.each(cases<{ name: string; leaves?: string[]; commitment?: string }>('record/bodies.jsonl').filter((it) => it.leaves !== undefined))('body of $name', ({ leaves, commitment }) => {
    const opened = leaves!.map((leaf) => openedLeaf(fromHex(leaf)));
    expect(checkOpening(opened, fromHex(commitment!))).toHaveLength(opened.length);
  });
  it('names subjects and their place in the map', () => {
    const named = cases<{ subject?: string; map_key?: string }>('record/subjects.jsonl').filter((it) => it.map_key !== undefined);
    expect(named.length).toBeGreaterThan(20);
    for (const { subject, map_key } of named) {
      const read = parseSubject(subject!);
      expect(hex(mapKey(read))).toBe(map_key);
      expect(subjectText(read)).toBe(subject);
    }
  });
});

describe('the log', () => {
  const proof = (path: string[] | null) => (path ?? []).map((hash) => base64(hash)!);
  /** Hashes that are not 32 bytes do not exist in the ledger's formats. */
  const whole = (...hashes: (string | null)[]) => hashes.every((hash) => hash !== null && base64(hash)?.length === 32);
  interface Inclusion { file: string; leafIdx: number; treeSize: number; root: string; leafHash: string; proof: string[] | null; wantErr: boolean }
  it('includes what it should', () => {
    for (const it of cases<Inclusion>('merkle/inclusion.jsonl')) {
      if (!whole(it.root, it.leafHash, ...(it.proof ?? []))) continue;
      const act = () => checkInclusion(BigInt(it.leafIdx), BigInt(it.treeSize), base64(it.leafHash)!, proof(it.proof), base64(it.root)!);
      expect(refusal(act) !== undefined, it.file).toBe(it.wantErr);
    }
  });
  interface Consistency { file: string; size1: number; size2: number; root1: string; root2: string; proof: string[] | null; wantErr: boolean }
  it('extends what it should', () => {
    for (const it of cases<Consistency>('merkle/consistency.jsonl')) {
      if (!whole(it.root1, it.root2, ...(it.proof ?? [])) || it.size1 === 0) continue;
      const act = () => checkConsistency(BigInt(it.size1), base64(it.root1)!, BigInt(it.size2), base64(it.root2)!, proof(it.proof));
      expect(refusal(act) !== undefined, it.file).toBe(it.wantErr);
    }
  });
  it('closes blocks with leaves', () => {
    for (const it of cases<{ leaf: string; height?: number; size?: number; time?: number; map_root?: string; prev?: string; code?: string; at?: number }>('block-leaf/block-leaf.jsonl')) {
      // The genesis leaf closes no block.
      if (it.height === undefined && it.code === undefined) continue;
      if (it.code !== undefined) {
        expect(refusal(() => decodeBlockLeaf(fromHex(it.leaf)))?.code, it.leaf).toBe(it.code);
        continue;
      }
      const leaf = decodeBlockLeaf(fromHex(it.leaf));
      expect([Number(leaf.height), Number(leaf.size), Number(leaf.time), hex(leaf.mapRoot), hex(leaf.prev)]).toEqual([it.height, it.size, it.time, it.map_root, it.prev]);
    }
  });
});

describe('the map', () => {
  it('shows and denies what it should', () => {
    const state = { snap: '', key: '', val: '', proof: '' };
    let tried = 0;
    for (const line of text('mpt/verify.txt').replace(/\\\n/g, ' ').split('\n')) {
      const [word, ...rest] = line.trim().split(/\s+/);
      const value = rest.join('').replace("''", '');
      if (word === 'snap' || word === 'key' || word === 'val' || word === 'proof') state[word] = value;
      // Keys and values of other lengths do not exist in the ledger.
      const { snap, key, val, proof } = state;
      const other = val === '-' && proof !== '' && !proof.startsWith('20');
      if (other || word !== 'verify' || key.length !== 64 || snap.length !== 64 || (val !== '-' && val.length !== 64)) continue;
      tried += 1;
      const [root, place, path] = [fromHex(snap), fromHex(key), fromHex(proof)];
      const act = () => (val === '-' ? checkAbsence(root, place, path) : checkPresence(root, place, fromHex(val), path));
      expect(String(refusal(act) === undefined), `${key} ${proof}`).toBe(value);
    }
    expect(tried).toBeGreaterThan(20);
  });
});

describe('notes and policies', () => {
  const policy = parsePolicy(text('checkpoint/policy.txt'));
  it.each(cases<Record<string, unknown>>('checkpoint/expected.jsonl').slice(0, 1))('are judged', (expected) => {
    const accepted = judge(policy, parseNote(text('checkpoint/all.note')));
    expect(accepted.cosigners.map(({ name, time }) => [name, time])).toEqual(expected.cosigners);
    expect(hex(policy.hash)).toBe(expected.policy_hash);
    expect(hex(valueId(accepted.checkpoint))).toBe(expected.value_id);
    expect(accepted.minimal).toBe(text('checkpoint/minimal.note'));
  });
  it('name the first fault', () => {
    const note = text('checkpoint/all.note');
    const [head, lines] = note.split('\n\n') as [string, string];
    const line = lines.split('\n')[0]!;
    const many = `${head}\n\n${`${line}\n`.repeat(17)}`;
    const first = head.split('\n').length + 1;
    expect(refusal(() => parseNote(many))).toEqual({ code: 'note-too-long', at: first + 16 });
    expect(refusal(() => parseNote(many.replace(line, 'x')))).toEqual({ code: 'note-syntax', at: first });
    const chain = text('policy-chain/whole.tamga-policies');
    expect(refusal(() => parsePolicyChain(chain))).toBeUndefined();
    const between = chain.replace('\n\npolicy 1\n', '\n\nx\n\npolicy 1\n');
    expect(refusal(() => parsePolicyChain(between))?.code).toBe('proof-file-syntax');
    const alone = text('receipt/plain.tamga-receipt').replace(/^entry .*$/m, 'entry');
    expect(refusal(() => parseReceipt(alone))?.code).toBe('proof-file-syntax');
  });
  it('reads acceptances', () => {
    let key = '';
    for (const it of cases<{ acceptance: string; key?: string; code?: string; at?: number; verdict_by?: number }>('acceptance/acceptance.jsonl')) {
      key = it.key ?? key;
      const act = () => parseAcceptance(it.acceptance, key);
      if (it.code === undefined) expect(act().verdictBy).toBe(it.verdict_by);
      else expect(refusal(act)).toEqual({ code: it.code, at: it.at });
    }
  });
  it('reads contradictions', () => {
    for (const it of cases<{ contradiction: string; code?: string; at?: number; size?: number }>('contradiction/contradiction.jsonl')) {
      const act = () => parseContradiction(it.contradiction);
      if (it.code === undefined) expect(Number(act().checkpoints[0].size)).toBe(it.size);
      else expect(refusal(act), it.contradiction).toEqual({ code: it.code, at: it.at });
    }
  });
  it('reads its own keys', () => {
    expect(parseVerifierKey(text('log/vkeys').split('\n')[0]!.split(' ').at(-1)!).name).not.toBe('');
  });
});

describe('batches of lines', () => {
  it.each(cases<{ batch: string; line: string; key: string; hash: string }>('lines/lines.jsonl'))('place $line', ({ batch, line, key, hash }) => {
    const bytes = fromHex(line);
    expect(hex(lineHash(bytes))).toBe(hash);
    expect(hex(lineKey(fromHex(batch), bytes.subarray(3, 35)))).toBe(key);
  });
  interface RangeCase { name: string; range: string; tag: string; batch: string; count: number; root: string; answer: { lines?: string[]; code?: string } }
  it.each(cases<RangeCase>('lines/ranges.jsonl'))('range: $name ($tag)', ({ range, tag, batch, count, root, answer }) => {
    const act = () => {
      const read = decodeRange(fromHex(range));
      return checkRange(read, fromHex(batch), fromHex(tag), fromHex(root), BigInt(count)).map(hex);
    };
    if (answer.code === undefined) expect(act()).toEqual(answer.lines);
    else expect(refusal(act)?.code).toBe(answer.code);
  });
});
