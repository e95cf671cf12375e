import { type Bytes, equal } from './bytes.js';
import { demand } from './error.js';
import { parsePolicy, type Policy, type Trust } from './policy.js';
import { checkPolicyChain, parsePolicyChain, policyDigest, type Ruling, rulingOf, VERSION as CHAIN } from './policy-chain.js';

/** What a person trusts: a policy, or a chain of them from the genesis on (spec §13.17). */
export interface Trusted {
  policyOf: Trust;
  /** The policy, or the newest of the chain. */
  newest: Policy;
  /** Of a chain: the digest of its first policy, which alone is what the person has to compare. */
  root?: Bytes;
}

/** Whether a text says that it is a chain of policies. */
export function isPolicyChain(written: string): boolean {
  return written.split('\n', 1)[0] === CHAIN;
}

/** Reads and checks what is trusted; a chain that begins at another root than `root`, if that is given, is refused. */
export function readTrust(written: string, root?: Bytes): Trusted {
  if (!isPolicyChain(written)) {
    const policy = parsePolicy(written);
    return { policyOf: () => policy, newest: policy };
  }
  const chain = parsePolicyChain(written);
  const begins = policyDigest(chain.first);
  demand(root === undefined || equal(root, begins), 'policy-chain-root');
  const policies = checkPolicyChain(chain, begins);
  return { policyOf: (note) => rulingOf(policies, note).policy, newest: policies.rulings.at(-1)!.policy, root: begins };
}

/**
 * What is trusted, with what a chain from elsewhere adds to it (spec §13.13): a trusted chain it goes on from, a trusted
 * policy it leads to. Any other chain, false ones among them, adds nothing.
 */
export function withChain(trusted: string, chain: string): string {
  try {
    const more = rulingsOf(chain);
    if (!isPolicyChain(trusted)) return equal(more.at(-1)!.policy.hash, parsePolicy(trusted).hash) ? chain : trusted;
    const held = rulingsOf(trusted);
    const goesOn = held.length <= more.length && held.every(({ digest, after }, i) => equal(digest, more[i]!.digest) && after === more[i]!.after);
    return goesOn ? chain : trusted;
  } catch {
    return trusted;
  }
}

/** The policies of a chain that holds by itself. */
function rulingsOf(written: string): Ruling[] {
  const chain = parsePolicyChain(written);
  return checkPolicyChain(chain, policyDigest(chain.first)).rulings;
}
