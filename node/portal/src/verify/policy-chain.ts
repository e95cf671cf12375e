import { type Bytes, concat, decimal, equal, hex, utf8 } from './bytes.js';
import { checkVrf } from './beacon.js';
import { encode, Reader, type Value } from './cbor.js';
import { demand, FormatError } from './error.js';
import { sha256, tag } from './hash.js';
import { checkConsistency } from './merkle.js';
import { type Checkpoint, COSIGNER_KEY, type Note, parseCheckpoint } from './note.js';
import { parsePolicy, type Policy } from './policy.js';
import { checkReceipt, parseReceipt, type Receipt, receiptText } from './receipt.js';
import type { SignedRecord } from './record.js';
import { admit, isValid } from './signature.js';
import { line, Lines, PATH_MAX } from './text-lines.js';

export const VERSION = 'tamga-policies/v1';
const CHAIN_BYTES_MAX = 16_777_216;
const POLICIES_MAX = 1_024;
const G08 = 108;
const ITEM = 12;
const GOVERNORS_MAX = 16;
const VALIDATORS_MAX = 64;
/** Fields of a policy's record (spec §15.7): the five that are signed, and the signatures. */
const SIGNED = [1, 2, 3, 4, 5];
const SIGNATURES = 6;

/** From the policy of the genesis to those that followed it (spec §13.16). */
export interface PolicyChain {
  /** The five fields of policy 0. */
  first: Value[];
  steps: { consistency: Bytes[]; receipt: Receipt }[];
}

export function parsePolicyChain(written: string): PolicyChain {
  demand(utf8(written).length <= CHAIN_BYTES_MAX, 'proof-file-too-long');
  demand(written.split('\n', 1)[0] === VERSION, 'proof-file-version', 0);
  demand(written.endsWith('\n'), 'proof-file-syntax', 0);
  const [head, ...parts] = written.slice(0, -1).split('\n\npolicy ') as [string, ...string[]];
  const lines = new Lines(`${head}\n\n`);
  lines.raw();
  const payload = lines.bytes(lines.value('first'));
  lines.gap();
  demand(lines.rest() === '', 'proof-file-syntax', lines.at);
  const reader = new Reader(payload);
  const value = reader.any();
  reader.end();
  const steps = parts.map((part, i) => readStep(part, i + 1));
  const chain = { first: Array.isArray(value) ? value : [], steps };
  demand(chain.first.length === SIGNED.length && policyChainText(chain) === written, 'proof-file-syntax');
  return chain;
}

function readStep(part: string, number: number): PolicyChain['steps'][number] {
  demand(number <= POLICIES_MAX, 'proof-file-too-long', POLICIES_MAX);
  const end = part.indexOf('\n\n');
  demand(end >= 0, 'proof-file-syntax', 0);
  const lines = new Lines(part.slice(0, end + 2));
  demand(decimal(lines.raw() ?? '') === BigInt(number), 'proof-file-syntax', 0);
  const consistency = lines.hashes('consistency', PATH_MAX);
  lines.gap();
  return { consistency, receipt: parseReceipt(`${part.slice(end + 2)}\n`) };
}

export function policyChainText({ first, steps }: PolicyChain): string {
  const parts = steps.map(({ consistency, receipt }, i) =>
    [`\npolicy ${i + 1}\n`, ...consistency.map((hash) => line('consistency', hash)), '\n', receiptText(receipt)].join(''),
  );
  return [`${VERSION}\n`, line('first', encode(first)), ...parts].join('');
}

/** A policy as its record says it (spec §15.7). */
interface Payload {
  number: bigint;
  predecessor: Bytes;
  policy: Policy;
  governance: Bytes[];
  validators: { name: string; consensus: Bytes; beacon: Bytes }[];
  digest: Bytes;
  /** Every key, and what it is for. */
  keys: { purpose: string; key: Bytes }[];
}

const ZEROS = new Uint8Array(32);
const fixed = (value: Value | undefined): Bytes => (value instanceof Uint8Array && value.length === 32 ? value : ZEROS);
const written = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const rows = (value: Value | undefined): Value[] => (Array.isArray(value) ? value : []);

/** The columns of a row, which has so many. */
function columns(row: Value, count: number): Value[] {
  demand(Array.isArray(row) && row.length === count, 'validation');
  return row;
}

/** What a map of keys holds once. */
function once(seen: Set<string>, item: string): void {
  demand(!seen.has(item), 'policy-invalid');
  seen.add(item);
}

/** Digest of a policy: what the next names as its predecessor, and of the first the root of trust. */
export function policyDigest(fields: Value[]): Bytes {
  return sha256(encode(fields));
}

/** Reads a payload that is whole; refuses with any code. */
function readPayload(fields: Value[]): Payload {
  const [number, predecessor, text, governors, members] = fields;
  const policy = parsePolicy(written(text));
  demand(policy.canonical === text, 'policy-invalid');
  demand(rows(governors).length <= GOVERNORS_MAX, 'policy-invalid');
  const [organisations, governing] = [new Set<string>(), new Set<string>()];
  const governance = rows(governors).map((row) => {
    const [organisation, key] = columns(row, 2).map(fixed) as [Bytes, Bytes];
    admit(key);
    once(governing, hex(key));
    once(organisations, hex(organisation));
    return key;
  });
  const [keys, names, peers] = [new Set<string>(), new Set<string>(), new Set<string>()];
  demand(rows(members).length >= 1 && rows(members).length <= VALIDATORS_MAX, 'validator-set');
  const validators = rows(members).map((row) => {
    const [name, , peer, consensus, beacon] = columns(row, 5);
    const validator = { name: written(name), consensus: fixed(consensus), beacon: fixed(beacon) };
    const witness = policy.witnesses.find((it) => it.name === validator.name);
    demand(witness !== undefined && witness.key.type === COSIGNER_KEY, 'policy-invalid');
    const own = { consensus: validator.consensus, cosigner: witness.key.key, beacon: validator.beacon };
    admit(own.consensus);
    admit(own.beacon);
    for (const key of Object.values(own)) once(keys, hex(key));
    once(names, validator.name);
    once(peers, written(peer));
    return { ...validator, cosigner: witness.key.key };
  });
  const of = (purpose: string, key: Bytes) => ({ purpose, key });
  return {
    number: typeof number === 'bigint' && number >= 0n ? number : 0n,
    predecessor: fixed(predecessor),
    policy,
    governance,
    validators,
    digest: policyDigest(fields),
    keys: [
      of('LOG', policy.log.key),
      ...governance.map((key) => of('GOVERNANCE', key)),
      ...validators.flatMap((it) => [of('CONSENSUS', it.consensus), of('COSIGNER', it.cosigner), of('BEACON', it.beacon)]),
    ],
  };
}

/** What the policy demands, and nobody less: ⌊2n/3⌋ + 1 of its validators (spec §15.7 point 2). */
function demandsValidators({ policy, validators }: Payload): boolean {
  const group = (name: string) => policy.groups.find((it) => it.name === name);
  const all = group(policy.quorum);
  const asked = policy.quorum === 'validators' || (all !== undefined && all.needs === all.members.length && all.members.includes('validators'));
  const them = group('validators');
  const names = new Set(validators.map(({ name }) => name));
  return asked && them !== undefined && them.needs === quorumOf(validators.length) && them.members.length === names.size && them.members.every((it) => names.has(it));
}

function quorumOf(count: number): number {
  return Math.floor((2 * count) / 3) + 1;
}

function checkSignatures(next: Payload, last: Payload, signatures: Value[]): void {
  const message = concat(tag('tamga/policy/v1'), utf8(next.policy.origin), Uint8Array.of(0), next.digest);
  const signed = new Set<string>();
  const name = (purpose: string, key: Bytes) => `${purpose} ${hex(key)}`;
  for (const row of signatures) {
    const [purpose, key, signature] = columns(row, 3);
    demand(signature instanceof Uint8Array, 'policy-signatures');
    admit(fixed(key));
    if (purpose === 'BEACON') {
      demand(signature.length === 80, 'policy-signatures');
      checkVrf(fixed(key), message, signature);
    } else {
      demand(isValid(fixed(key), message, signature), 'policy-signatures');
    }
    signed.add(name(written(purpose), fixed(key)));
  }
  const agreed = last.governance.filter((key) => signed.has(name('GOVERNANCE', key))).length;
  demand(agreed >= quorumOf(last.governance.length), 'policy-signatures');
  const isOld = (key: Bytes) => last.keys.some((old) => equal(old.key, key));
  for (const { purpose, key } of next.keys) demand(isOld(key) || signed.has(name(purpose, key)), 'policy-signatures');
}

/** A policy of a chain that holds, and the part of the log that it rules. */
export interface Ruling {
  number: number;
  policy: Policy;
  digest: Bytes;
  /** It rules checkpoints of more leaves than this, until the next policy does. */
  after: bigint;
}

/** The policies of a ledger, each with what it rules. */
export interface Policies {
  /** Digest of the policy of the genesis. */
  root: Bytes;
  rulings: Ruling[];
}

/** The policy by which a note is judged: that which rules the size of its checkpoint. */
export function rulingOf({ rulings }: Policies, note: Note): Ruling {
  const { size } = parseCheckpoint(note.text);
  return [...rulings].reverse().find(({ after }) => after < size) ?? rulings.at(-1)!;
}

/** The checks of §13.17; `root` is what is trusted. */
export function checkPolicyChain(chain: PolicyChain, root: Bytes): Policies {
  const first = attempt('policy-chain-root', 0, () => readPayload(chain.first));
  demand(equal(first.digest, root) && first.number === 0n, 'policy-chain-root');
  const rulings: Ruling[] = [{ number: 0, policy: first.policy, digest: first.digest, after: 0n }];
  let last = first;
  let height = 0n;
  chain.steps.forEach(({ receipt }, i) => {
    const number = i + 1;
    const next = attempt('policy-chain-record', number, () => readNext(receipt.record, last, number));
    const { block } = receipt;
    demand(block.size >= rulings.at(-1)!.after && block.height >= height, 'policy-chain-order', number);
    rulings.push({ number, policy: next.policy, digest: next.digest, after: block.size });
    [last, height] = [next, block.height];
  });
  const policies = { root, rulings };
  let before: Checkpoint | undefined;
  chain.steps.forEach(({ consistency, receipt }, i) => {
    const checkpoint = parseCheckpoint(receipt.proof.note.text);
    demand(checkpoint.size > receipt.block.size, 'policy-chain-order', i + 1);
    checkReceipt(receipt, rulingOf(policies, receipt.proof.note).policy);
    if (before === undefined) demand(consistency.length === 0, 'policy-chain-order', i + 1);
    else checkConsistency(before.size, before.root, checkpoint.size, checkpoint.root, consistency);
    before = checkpoint;
  });
  return policies;
}

/** The policy that a record enters after another. */
function readNext({ kind, subject, fields }: SignedRecord, last: Payload, number: number): Payload {
  const item = sha256(concat(tag('tamga/id/v1'), utf8('item'), Uint8Array.of(0), utf8('policy')));
  demand(kind === G08 && subject.role === ITEM && equal(subject.id, item), 'policy-invalid');
  const next = readPayload(SIGNED.map((field) => fields.get(field) ?? null));
  demand(next.number === BigInt(number) && equal(next.predecessor, last.digest), 'policy-sequence');
  demand(next.policy.origin === last.policy.origin && demandsValidators(next), 'policy-invalid');
  checkSignatures(next, last, rows(fields.get(SIGNATURES)));
  return next;
}

/** Does something of which any refusal is this one. */
function attempt<T>(code: string, at: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(code, at) : error;
  }
}
