import { readPolicy, type PolicyView } from './verifier';

/** The policy that this device judges by. */
export interface Trust extends PolicyView {
  text: string;
  /** Since when it is remembered, in milliseconds. */
  since: number;
  /** Whether the person loaded it from a file. */
  own: boolean;
}

/** Where the policy is remembered. */
const KEY = 'tamga.policy';

/** What the page knows about trust. */
export interface Standing {
  trust: Trust | null;
  /** The node's policy where it is another than the remembered one. */
  offered: { text: string; view: PolicyView } | null;
}

/** A fingerprint in groups of four, as people compare it. */
export function grouped(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ');
}

/** Reads what is remembered and compares it with what the node shows; the first policy seen is remembered. */
export function settle(storage: Storage, served: string | null, now: number): Standing {
  const trust = remembered(storage);
  const shown = served === null ? null : viewOf(served);
  if (!trust) {
    return { trust: shown && remember(storage, served!, shown, now, false), offered: null };
  }
  const differs = shown && shown.fingerprint !== trust.fingerprint && !trust.own;
  return { trust, offered: differs ? { text: served!, view: shown } : null };
}

/** Remembers a policy from now on. */
export function remember(storage: Storage, text: string, view: PolicyView, since: number, own: boolean): Trust {
  try {
    storage.setItem(KEY, JSON.stringify({ text, since, own }));
  } catch {
    // A browser that keeps nothing judges by what it was shown today.
  }
  return { ...view, text, since, own };
}

/** Forgets it, so that the node's is taken again. */
export function forget(storage: Storage): void {
  storage.removeItem(KEY);
}

function remembered(storage: Storage): Trust | null {
  try {
    const { text, since, own } = JSON.parse(storage.getItem(KEY) ?? '');
    return { ...(readPolicy(text)), text, since: Number(since), own: own === true };
  } catch {
    return null;
  }
}

function viewOf(text: string): PolicyView | null {
  try {
    return readPolicy(text);
  } catch {
    return null;
  }
}
