import { readPolicy, type PolicyView } from './verifier';

/** The policy that this device judges by. */
export interface Trust extends PolicyView {
  text: string;
  /** Since when it is remembered, in milliseconds. */
  since: number;
  /** Whether the person loaded it from a file. */
  own: boolean;
}

type Memory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Where the policy is remembered. */
const KEY = 'tamga.policy';

/** What the page knows about trust. */
export interface Standing {
  trust: Trust | null;
  /** A policy that the person has to agree to: the node's where it is another than the remembered one, or a pack's. */
  offered: { text: string; view: PolicyView; by: 'node' | 'pack' } | null;
}

/** A fingerprint in groups of four, as people compare it. */
export function grouped(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ');
}

/** Reads what is remembered and compares it with what the node shows; the first policy seen is remembered. */
export function settle(storage: Memory, served: string | null, now: number): Standing {
  const trust = remembered(storage);
  const shown = served === null ? null : viewOf(served);
  if (!trust) {
    return { trust: shown && remember(storage, served!, shown, now, false), offered: null };
  }
  const differs = shown && shown.fingerprint !== trust.fingerprint && !trust.own;
  return { trust, offered: differs ? { text: served!, view: shown, by: 'node' } : null };
}

/** Remembers a policy from now on. */
export function remember(storage: Memory, text: string, view: PolicyView, since: number, own: boolean): Trust {
  try {
    storage.setItem(KEY, JSON.stringify({ text, since, own }));
  } catch {
    // A browser that keeps nothing judges by what it was shown today.
  }
  return { ...view, text, since, own };
}

/** Forgets it, so that the node's is taken again. */
export function forget(storage: Memory): void {
  storage.removeItem(KEY);
}

function remembered(storage: Memory): Trust | null {
  try {
    const { text, since, own } = JSON.parse(storage.getItem(KEY) ?? '');
    return { ...(readPolicy(text)), text, since: Number(since), own: own === true };
  } catch {
    return null;
  }
}

/** What a pack's own policy offers to a person who has none; nothing vouches for it but its fingerprint. */
export function offer(text: string): Standing['offered'] {
  const view = viewOf(text);
  return view && { text, view, by: 'pack' };
}

function viewOf(text: string): PolicyView | null {
  try {
    return readPolicy(text);
  } catch {
    return null;
  }
}
