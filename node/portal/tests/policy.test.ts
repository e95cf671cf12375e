import { beforeEach, describe, expect, test } from 'vitest';
import { forget, remember, settle } from '../src/policy';
import { readPolicy } from '../src/verifier';
import { text as vectorText } from './vectors';

const POLICY = vectorText('receipt/policy.txt');
/** The same network, which asks for one signature more. */
const STRICTER = POLICY.replace('group validators 3', 'group validators 4');

/** What a browser keeps. */
class Kept implements Storage {
  readonly #kept = new Map<string, string>();
  get length() {
    return this.#kept.size;
  }
  key = (at: number) => [...this.#kept.keys()][at] ?? null;
  getItem = (key: string) => this.#kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.#kept.set(key, value);
  removeItem = (key: string) => void this.#kept.delete(key);
  clear = () => this.#kept.clear();
}

describe('the policy that a device judges by', () => {
  let kept: Kept;
  beforeEach(() => {
    kept = new Kept();
  });

  test('is the first that it was shown', () => {
    const first = settle(kept, POLICY, 1000);
    expect(first).toMatchObject({ trust: { needed: 3, organisations: ['v0', 'v1', 'v2', 'v3'], since: 1000, own: false } });
    expect(settle(kept, POLICY, 2000).trust).toEqual(first.trust);
  });

  test('stays when the node shows another, which is offered', () => {
    settle(kept, POLICY, 1000);
    const now = settle(kept, STRICTER, 2000);
    expect(now.trust).toMatchObject({ needed: 3, since: 1000 });
    expect(now.offered?.view.needed).toBe(4);
    remember(kept, STRICTER, now.offered!.view, 3000, false);
    expect(settle(kept, STRICTER, 4000)).toMatchObject({ trust: { needed: 4, since: 3000 }, offered: null });
  });

  test('stays without the node, and is not of its comments', () => {
    settle(kept, POLICY, 1000);
    expect(settle(kept, null, 2000).trust?.needed).toBe(3);
    expect(settle(kept, `# changed\n\n${POLICY}`, 2000).offered).toBeNull();
    expect(settle(kept, 'nonsense', 2000).trust?.needed).toBe(3);
  });

  test('is the person’s own file until it is forgotten', () => {
    remember(kept, STRICTER, readPolicy(STRICTER), 1000, true);
    expect(settle(kept, POLICY, 2000)).toMatchObject({ trust: { needed: 4, own: true }, offered: null });
    forget(kept);
    expect(settle(kept, POLICY, 3000)).toMatchObject({ trust: { needed: 3, own: false } });
  });

  test('is none while nobody showed one, or what is kept is damaged', () => {
    expect(settle(kept, null, 1000)).toEqual({ trust: null, offered: null });
    kept.setItem('tamga.policy', '{"text":"log x"}');
    expect(settle(kept, null, 1000).trust).toBeNull();
  });
});

test('a text that is no policy says so', () => {
  expect(() => readPolicy('witness\n')).toThrow('policy-syntax');
});
