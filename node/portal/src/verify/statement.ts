import { type Bytes, base64, be, concat, equal, hex, utf8 } from './bytes.js';
import { encode, Reader, type Value } from './cbor.js';
import { demand, FormatError } from './error.js';
import { sha256, tag } from './hash.js';
import { type Json, readJson } from './json.js';
import { type AllocationLine, allocationLine, BASIS, payoutLine, privateCommitment, remainderLine, type UsageLine, usageLine } from './lines.js';
import { Frontier } from './merkle.js';
import type { Trust } from './policy.js';
import { checkRange, decodeRange, lineHash } from './range.js';
import { checkReceipt, parseReceipt, type Proven as ProvenReceipt, type Receipt } from './receipt.js';
import type { SignedRecord } from './record.js';
import { parseSubject, type Subject } from './subject.js';
import { checkSubjectProof, parseSubjectProof, type SubjectProof } from './subject-proof.js';

const VERSION = 2n;
const PROVEN_VERSION = 3n;
const FIRST_VERSION = 1n;
const FILE_BYTES_MAX = 256 * 1024 * 1024;
const SYNTAX = 'statement-syntax';
const MISMATCH = 'statement-mismatch';
const I64_MAX = (1n << 63n) - 1n;
const STATUS_BYTES_MAX = 4_096;
const ORGANISATIONS_MAX = 16;
const MANDATES_MAX = 30;
const NOBODY = new Uint8Array(32);

const KIND = { report: 305, distribution: 307, allocation: 308, payout: 309, statement: 310, confirmation: 313 };
const ROLE = { rightsholder: 5, cmo: 7, licensee: 8, pool: 9, batch: 19, book: 20, payment: 23 };
/** Numbers of fields, by kind and name (the catalogue, spec §16.1). */
const FIELD = {
  report: { root: 4, count: 5, firstDay: 7, lastDay: 8 },
  distribution: { action: 2, deductions: 3, collected: 4, allocated: 5, undistributed: 6, weighting: 7 },
  allocation: { root: 4, count: 5, total: 6, remaindersRoot: 9, remaindersCount: 10, usage: 11 },
  payout: { root: 4, count: 5 },
  statement: { period: 2, afterBatch: 3, batches: 4 },
  confirmation: { payout: 2, said: 3 },
};
const BANK_SAYS = ['EXECUTED', 'PARTLY_EXECUTED', 'REJECTED'];
const AUTHOR_SAYS = ['RECEIVED', 'NOT_RECEIVED'];

interface Batch {
  receipt: string;
  lines: string;
}

interface Report {
  receipt: string;
  works: { work: string; lines: string }[];
}

/** An author's statement in one file (spec §24.8). */
export interface Statement {
  version: bigint;
  statements: string[];
  batches: Batch[];
  pools: string[];
  confirmations: string[];
  uses?: Report[];
  balance?: { status: string; height: bigint; size: bigint; time: string; others: string[] };
  proof?: { rightsholder: string; book: string[]; others: string[] };
}

/** Whether a file may be a statement: its first member is said to be `tamga-statement` wherever it stands. */
export function isStatement(written: string): boolean {
  return /^\s*\{/.test(written) && written.includes('"tamga-statement"');
}

const U64_MAX = (1n << 64n) - 1n;

/** The members of an object that has these and no others. */
function members(value: Json | undefined, needed: string[], optional: string[] = []): (name: string) => Json | undefined {
  demand(value instanceof Map, SYNTAX);
  for (const key of value.keys()) demand(needed.includes(key) || optional.includes(key), SYNTAX);
  for (const key of needed) demand(value.has(key), SYNTAX);
  return (name) => value.get(name);
}

function string(value: Json | undefined): string {
  demand(typeof value === 'string', SYNTAX);
  return value;
}

function whole(value: Json | undefined): bigint {
  demand(typeof value === 'bigint' && value >= 0n && value <= U64_MAX, SYNTAX);
  return value;
}

function list<T>(value: Json | undefined, item: (value: Json) => T): T[] {
  demand(Array.isArray(value), SYNTAX);
  return value.map(item);
}

export function parseStatement(written: string): Statement {
  demand(utf8(written).length <= FILE_BYTES_MAX, SYNTAX);
  const file = members(readJson(written, SYNTAX), ['tamga-statement', 'statements', 'batches', 'pools'], ['uses', 'balance', 'proof', 'confirmations']);
  const version = whole(file('tamga-statement'));
  const batch = (value: Json): Batch => {
    const of = members(value, ['receipt', 'lines']);
    return { receipt: string(of('receipt')), lines: string(of('lines')) };
  };
  const work = (value: Json) => {
    const of = members(value, ['work', 'lines']);
    return { work: string(of('work')), lines: string(of('lines')) };
  };
  const report = (value: Json): Report => {
    const of = members(value, ['receipt', 'works']);
    return { receipt: string(of('receipt')), works: list(of('works'), work) };
  };
  const statement: Statement = {
    version,
    statements: list(file('statements'), string),
    batches: list(file('batches'), batch),
    pools: list(file('pools'), string),
    confirmations: file('confirmations') === undefined ? [] : list(file('confirmations'), string),
  };
  if ((file('uses') ?? null) !== null) statement.uses = list(file('uses'), report);
  if ((file('balance') ?? null) !== null) {
    const of = members(file('balance'), ['status', 'height', 'size', 'time', 'others']);
    statement.balance = { status: string(of('status')), height: whole(of('height')), size: whole(of('size')), time: string(of('time')), others: list(of('others'), string) };
  }
  if ((file('proof') ?? null) !== null) {
    const of = members(file('proof'), ['rightsholder', 'book', 'others']);
    statement.proof = { rightsholder: string(of('rightsholder')), book: list(of('book'), string), others: list(of('others'), string) };
  }
  const { uses, balance, proof } = statement;
  const allowed =
    version === PROVEN_VERSION ? proof !== undefined && balance === undefined : proof === undefined && (version === VERSION || (version === FIRST_VERSION && uses === undefined && balance === undefined));
  demand(allowed, SYNTAX);
  return statement;
}

/** A receipt of the file that is proven. */
interface Proven {
  receipt: Receipt;
  record: SignedRecord;
  opened: ProvenReceipt['opened'];
}

/** The sums of one statement, in tiyn. */
export interface Stated {
  period: string;
  opening: bigint;
  allocated: bigint;
  net: bigint;
  tax: bigint;
  levied: bigint;
  closing: bigint;
}

interface Sums {
  allocated: bigint;
  net: bigint;
  tax: bigint;
  levied: bigint;
}

interface Pool {
  id: Bytes;
  collected: bigint;
  weighting: string;
}

/** What a statement that holds shows. */
export interface ProvenStatement {
  rightsholder: Subject;
  cmo: Bytes;
  statements: Stated[];
  lines: number;
  payouts: number;
  batches: number;
  /** Whether the uses that lines rest on are shown. */
  uses: boolean;
  /** The last closing balance that the status commits to, if the file shows that. */
  balance?: bigint;
  /** As of a block, if the file proves that there is no other batch: what is owed then. */
  whole?: { height: bigint; time: bigint; owed: bigint; later: number };
}

function proven(written: string, trust: Trust): Proven {
  const receipt = parseReceipt(written);
  const { opened } = checkReceipt(receipt, trust(receipt.proof.note));
  return { receipt, record: receipt.record, opened };
}

/** The one subject of a role that a record names. */
function named(record: SignedRecord, role: number): Bytes {
  const found = record.others.filter((subject) => subject.role === role);
  demand(found.length === 1, MISMATCH);
  return found[0]!.id;
}

const same = (a: Subject, b: Subject) => a.role === b.role && equal(a.id, b.id);
const rows = (value: Value | undefined): Value[] => (Array.isArray(value) ? value : []);
const isId = (value: Value | undefined): value is Bytes => value instanceof Uint8Array && value.length === 32;
const first = (row: Value): Value | undefined => (Array.isArray(row) ? row[0] : undefined);
const amountOf = (value: Value | undefined): bigint => (typeof value === 'bigint' && value >= -I64_MAX - 1n && value <= I64_MAX ? value : 0n);
const countOf = (value: Value | undefined): bigint => (typeof value === 'bigint' && value >= 0n ? value : 0n);

/** A sum that stays within 64 bits. */
function add(...amounts: bigint[]): bigint {
  return amounts.reduce((sum, amount) => {
    demand(sum + amount <= I64_MAX && sum + amount >= -I64_MAX - 1n, MISMATCH);
    return sum + amount;
  }, 0n);
}

/** Whether lines can be paid at one rate (spec §24.8): a number between (amount − 1) / weight and (amount + 1) / weight of each. */
class Rate {
  private above?: [bigint, bigint];
  private below?: [bigint, bigint];

  fits({ basis, source, amount, weight }: AllocationLine): boolean {
    if (basis === BASIS.adjustment || (basis === BASIS.unclaimedRedistribution && source !== null)) return true;
    if (weight === 0n) return amount === 0n;
    const less = (a: [bigint, bigint], b: [bigint, bigint]) => a[0] * b[1] < b[0] * a[1];
    const [lower, upper]: [bigint, bigint][] = [[amount - 1n, weight], [amount + 1n, weight]] as [[bigint, bigint], [bigint, bigint]];
    if (this.above === undefined || less(this.above, lower!)) this.above = lower;
    if (this.below === undefined || less(upper!, this.below)) this.below = upper;
    return less(this.above!, this.below!);
  }
}

/** The checks of §24.8, one after the other over one file. */
class Check {
  readonly stated: Stated[] = [];
  readonly allocations: { id: Bytes; pool: Pool; usage: Bytes[] }[] = [];
  readonly lines: { line: AllocationLine; hash: Bytes; allocation: number }[] = [];
  readonly payouts: { batch: Bytes; bank?: string; author?: string }[] = [];
  readonly places: { index: bigint; leaf: Bytes }[] = [];
  book?: Bytes;
  batches = 0n;
  private pools: Pool[] = [];

  constructor(
    readonly trust: Trust,
    readonly rightsholder: Subject,
    readonly cmo: Bytes,
  ) {}

  /** Every tiyn that a pool collected is deducted, allocated or not distributed. */
  readPools(receipts: string[]): void {
    this.pools = receipts.map((written) => {
      const { record } = proven(written, this.trust);
      const { action, deductions, collected, allocated, undistributed, weighting } = FIELD.distribution;
      demand(record.kind === KIND.distribution && record.fields.get(action) === 'POOL_FIXED', MISMATCH);
      const deducted = add(...rows(record.fields.get(deductions)).map((row) => amountOf(Array.isArray(row) ? row[1] : undefined)));
      const [got, out, kept] = [collected, allocated, undistributed].map((field) => amountOf(record.fields.get(field))) as [bigint, bigint, bigint];
      demand(add(deducted, out, kept) === got, MISMATCH);
      const by = record.fields.get(weighting);
      return { id: record.subject.id, collected: got, weighting: by === 'SECONDS' || by === 'REVENUE' ? by : 'USES' };
    });
  }

  /** One statement: it follows the one before, and its sums are those of its batches' lines. */
  statement({ record, opened }: Proven, next: () => Batch | undefined): void {
    const { period, afterBatch, batches } = FIELD.statement;
    demand(record.kind === KIND.statement, MISMATCH);
    demand(equal(record.subject.id, this.rightsholder.id) && equal(named(record, ROLE.cmo), this.cmo), MISMATCH);
    demand(record.fields.get(afterBatch) === this.batches, MISMATCH);
    const field = (name: string): Value | undefined => opened.find((it) => it.name === name)?.value;
    const amount = (name: string): bigint => {
      const value = field(name);
      demand(typeof value === 'bigint' && value >= -I64_MAX - 1n && value <= I64_MAX, MISMATCH);
      return value;
    };
    const written = record.fields.get(period);
    const stated: Stated = {
      period: typeof written === 'string' ? written : '',
      opening: amount('opening'), allocated: amount('allocated'), net: amount('net'), tax: amount('tax'), levied: amount('levied'), closing: amount('closing'),
    };
    demand(stated.opening === (this.stated.at(-1)?.closing ?? 0n), MISMATCH);
    const [ids, ranges] = [rows(record.fields.get(batches)), rows(field('ranges'))];
    let sums: Sums = { allocated: 0n, net: 0n, tax: 0n, levied: 0n };
    for (let i = 0; i < Math.min(ids.length, ranges.length); i++) {
      const [id, range] = [first(ids[i]!), first(ranges[i]!)];
      demand(isId(id) && range instanceof Uint8Array, MISMATCH);
      const part = next();
      demand(part !== undefined, MISMATCH);
      sums = plus(sums, this.batch(part, id, range));
      this.batches += 1n;
    }
    for (const name of ['allocated', 'net', 'tax', 'levied'] as const) demand(sums[name] === stated[name], MISMATCH);
    demand(add(stated.opening, sums.allocated, -sums.net, -sums.tax, -sums.levied) === stated.closing, MISMATCH);
    this.stated.push(stated);
  }

  /** The author's lines of a batch, and what they come to; `id` and `range` are those that a statement names. */
  batch(part: Batch, id?: Bytes, range?: Bytes): Sums {
    const { record, receipt } = proven(part.receipt, this.trust);
    const { subject, fields } = record;
    demand(subject.role === ROLE.batch && (id === undefined || equal(id, subject.id)), MISMATCH);
    demand(equal(named(record, ROLE.cmo), this.cmo), MISMATCH);
    const book = named(record, ROLE.book);
    demand(this.book === undefined || equal(this.book, book), MISMATCH);
    this.book = book;
    this.places.push({ index: receipt.proof.index, leaf: record.leaf });
    const lines = base64(part.lines);
    demand(lines !== undefined, SYNTAX);
    if (record.kind === KIND.allocation) return this.allocation(record, lines, range);
    demand(record.kind === KIND.payout, MISMATCH);
    const { root, count } = FIELD.payout;
    const shown = this.range(lines, subject.id, fields.get(root), fields.get(count), this.rightsholder.id);
    if (range !== undefined) this.range(range, subject.id, fields.get(root), fields.get(count), this.rightsholder.id);
    const of = named(record, ROLE.batch);
    demand(this.allocations.some((it) => equal(it.id, of)), MISMATCH);
    let sums: Sums = { allocated: 0n, net: 0n, tax: 0n, levied: 0n };
    for (const line of shown) {
      const paid = within(() => payoutLine(line));
      sums = plus(sums, { allocated: 0n, net: paid.net, tax: paid.tax, levied: paid.levied });
      this.payouts.push({ batch: subject.id });
    }
    return sums;
  }

  private allocation(record: SignedRecord, lines: Bytes, range?: Bytes): Sums {
    const { fields, subject } = record;
    const { root, count, total, remaindersRoot, remaindersCount, usage } = FIELD.allocation;
    const owed = range && add(...this.range(range, subject.id, fields.get(remaindersRoot), fields.get(remaindersCount), this.rightsholder.id).map((line) => within(() => remainderLine(line))).map(({ open, held }) => add(open, held)));
    const poolId = named(record, ROLE.pool);
    const pool = this.pools.find((it) => equal(it.id, poolId));
    demand(pool !== undefined, MISMATCH);
    const rate = new Rate();
    let allocated = 0n;
    for (const written of this.range(lines, subject.id, fields.get(root), fields.get(count), this.rightsholder.id)) {
      const line = within(() => allocationLine(written));
      allocated = add(allocated, line.amount);
      demand(rate.fits(line), MISMATCH);
      this.lines.push({ line, hash: lineHash(written), allocation: this.allocations.length });
    }
    demand(owed === undefined || owed === allocated, MISMATCH);
    demand(amountOf(fields.get(total)) <= pool.collected, MISMATCH);
    this.allocations.push({ id: subject.id, pool, usage: rows(fields.get(usage)).map(first).filter(isId) });
    return { allocated, net: 0n, tax: 0n, levied: 0n };
  }

  /** All lines of a tag in a batch, which a range proves; whatever is wrong with it is a mismatch. */
  range(bytes: Bytes, batch: Bytes, root: Value | undefined, count: Value | undefined, lineTag: Bytes): Bytes[] {
    demand(isId(root) && typeof count === 'bigint' && count >= 0n, MISMATCH);
    return within(() => checkRange(decodeRange(bytes), batch, lineTag, root, count));
  }

  /** What the bank or the author said last of a payout that pays the author, each once. */
  confirmation(written: string): void {
    const { record } = proven(written, this.trust);
    demand(record.kind === KIND.confirmation, MISMATCH);
    const payout = record.fields.get(FIELD.confirmation.payout);
    const said = record.fields.get(FIELD.confirmation.said);
    demand(isId(payout) && typeof said === 'string' && [...BANK_SAYS, ...AUTHOR_SAYS].includes(said), MISMATCH);
    const by = BANK_SAYS.includes(said) ? 'bank' : 'author';
    const number = by === 'bank' ? hex(payout) : `${hex(payout)}.${hex(this.rightsholder.id)}`;
    const id = sha256(tag('tamga/id/v1'), tag('payment'), utf8(number));
    demand(same(record.subject, { role: ROLE.payment, id }), MISMATCH);
    const paid = this.payouts.filter(({ batch }) => equal(batch, payout));
    demand(paid.length > 0, MISMATCH);
    for (const it of paid) {
      demand(it[by] === undefined, MISMATCH);
      it[by] = said;
    }
  }

  /** Every line that rests on a use has it in exactly one of the reports that its batch divides. */
  uses(parts: Report[]): void {
    const reports = new Map<string, Map<string, Map<string, UsageLine>>>();
    for (const part of parts) {
      const [id, works] = this.report(part);
      demand(!reports.has(id), MISMATCH);
      reports.set(id, works);
    }
    for (const id of reports.keys()) demand(this.allocations.some(({ usage }) => usage.some((it) => hex(it) === id)), MISMATCH);
    for (const { line, allocation } of this.lines) {
      if (line.basis !== BASIS.usage || equal(line.work, NOBODY)) continue;
      const { usage, pool } = this.allocations[allocation]!;
      let found: UsageLine | undefined;
      for (const id of usage) {
        const uses = reports.get(hex(id))?.get(hex(line.work));
        demand(uses !== undefined, MISMATCH);
        const use = line.source === null ? undefined : uses.get(hex(line.source));
        demand(use === undefined || found === undefined, MISMATCH);
        found ??= use;
      }
      demand(found !== undefined && found.lastDay === line.usedOn, MISMATCH);
      const counts = pool.weighting === 'SECONDS' ? found.seconds : pool.weighting === 'REVENUE' ? found.revenue : found.uses;
      demand(counts * line.share === line.weight, MISMATCH);
    }
  }

  private report(part: Report): [string, Map<string, Map<string, UsageLine>>] {
    const { record } = proven(part.receipt, this.trust);
    demand(record.kind === KIND.report && equal(named(record, ROLE.cmo), this.cmo), MISMATCH);
    const { root, count, firstDay, lastDay } = FIELD.report;
    const { fields, subject } = record;
    demand(isId(fields.get(root)) && typeof fields.get(count) === 'bigint', MISMATCH);
    const [from, to] = [amountOf(fields.get(firstDay)), amountOf(fields.get(lastDay))];
    const works = new Map<string, Map<string, UsageLine>>();
    for (const { work, lines } of part.works) {
      const id = attempt(SYNTAX, () => parseSubject(work)).id;
      const bytes = base64(lines);
      demand(bytes !== undefined, SYNTAX);
      const uses = new Map<string, UsageLine>();
      for (const written of this.range(bytes, subject.id, fields.get(root), fields.get(count), id)) {
        const line = within(() => usageLine(written));
        const inside = (day: bigint) => day >= from && day <= to;
        demand(inside(line.firstDay) && inside(line.lastDay), MISMATCH);
        uses.set(hex(lineHash(written)), line);
      }
      demand(!works.has(hex(id)), MISMATCH);
      works.set(hex(id), uses);
    }
    named(record, ROLE.licensee);
    return [hex(subject.id), works];
  }

  /** What the organisation owes by a status, which names these statements and commits to their closing balances. */
  owed(status: Bytes, own: Proven[], receipts: string[]): bigint {
    const others = receipts.map((written) => proven(written, this.trust));
    for (const { record } of others) demand(record.kind === KIND.statement && !equal(named(record, ROLE.cmo), this.cmo), MISMATCH);
    const all = [...own, ...others].sort((a, b) => (a.receipt.proof.index < b.receipt.proof.index ? -1 : 1));
    const states: { cmo: Bytes; covered: bigint; record: Bytes }[] = [];
    const balances: bigint[] = Array.from({ length: ORGANISATIONS_MAX }, () => 0n);
    let salt: Bytes = NOBODY;
    for (const { record, opened } of all) {
      demand(same(record.subject, this.rightsholder), MISMATCH);
      const cmo = named(record, ROLE.cmo);
      const { afterBatch, batches } = FIELD.statement;
      const covered = countOf(record.fields.get(afterBatch)) + BigInt(rows(record.fields.get(batches)).map(first).filter(isId).length);
      const known = states.findIndex((it) => equal(it.cmo, cmo));
      const slot = known < 0 ? states.length : known;
      const closing = opened.find(({ name }) => name === 'closing')?.value;
      demand(slot < ORGANISATIONS_MAX && typeof closing === 'bigint' && closing >= -I64_MAX - 1n && closing <= I64_MAX, MISMATCH);
      balances[slot] = closing;
      states[slot] = { cmo, covered, record: record.id };
      salt = sha256(tag('tamga/private-salt/v1'), Uint8Array.of(this.rightsholder.role), this.rightsholder.id, salt, ...opened.map((field) => field.salt));
    }
    const said = readStatus(status);
    const agree = said.statements.length === states.length && states.every((it, i) => equal(concat(it.cmo, be(it.covered, 8), it.record), said.statements[i]!));
    demand(agree, MISMATCH);
    demand(said.balances !== null && equal(said.balances, privateCommitment(salt, encode(balances))), MISMATCH);
    const slot = states.findIndex((it) => equal(it.cmo, this.cmo));
    return slot < 0 ? 0n : balances[slot]!;
  }

  /** The batches are those of the book before the end of the author's block, each one and no other. */
  complete(pages: string[], author: SubjectProof): void {
    const { book } = this;
    demand(book !== undefined, MISMATCH);
    let [known, done, size] = [new Frontier(), false, 0n];
    const all: { index: bigint; leaf: Bytes }[] = [];
    for (const written of pages) {
      const page = this.aboutSubject(written, { role: ROLE.book, id: book }, known);
      all.push(...(page.proof.present?.shown ?? []));
      [known, done, size] = [page.frontier, page.complete, page.proof.block.size];
    }
    demand(done && size >= author.block.size, MISMATCH);
    const before = all.filter(({ index }) => index < author.block.size);
    const agree = before.length === this.places.length && before.every(({ index, leaf }, i) => index === this.places[i]!.index && equal(leaf, this.places[i]!.leaf));
    demand(agree, MISMATCH);
  }

  aboutSubject(written: string, subject: Subject, known: Frontier) {
    const proof = parseSubjectProof(written);
    demand(same(proof.subject, subject), MISMATCH);
    const { frontier, complete } = checkSubjectProof(proof, this.trust(proof.note), known);
    return { proof, frontier, complete };
  }
}

function plus(a: Sums, b: Sums): Sums {
  return { allocated: add(a.allocated, b.allocated), net: add(a.net, b.net), tax: add(a.tax, b.tax), levied: add(a.levied, b.levied) };
}

/** Does something of which any refusal is this one. */
function attempt<T>(code: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(code, error.position) : error;
  }
}

/** The same for what belongs to a range: lines that are not proven are a mismatch. */
function within<T>(act: () => T): T {
  return attempt(MISMATCH, act);
}

/** What the status of a rightsholder says of statements (spec §14.2); `statements` are cmo ‖ u64be(covered) ‖ record. */
function readStatus(status: Bytes): { statements: Bytes[]; balances: Bytes | null } {
  return attempt(SYNTAX, () => {
    demand(status.length <= STATUS_BYTES_MAX, 'cbor-length');
    const reader = new Reader(status);
    demand(reader.array() === 8 && reader.unsigned(U64_MAX) === 1n, 'cbor-range');
    reader.fixedOrNull(32);
    reader.unsigned(U64_MAX);
    reader.fixedOrNull(32);
    reader.unsigned(U64_MAX);
    const mandates = reader.array();
    demand(mandates <= MANDATES_MAX, 'cbor-range');
    for (let i = 0; i < mandates; i++) {
      demand(reader.array() === 5, 'cbor-range');
      reader.fixed(32);
      reader.fixed(32);
      demand(reader.unsigned(U64_MAX) < 64n, 'cbor-range');
      reader.integer();
      reader.integerOrNull();
    }
    const count = reader.array();
    demand(count <= ORGANISATIONS_MAX, 'cbor-range');
    const statements = Array.from({ length: count }, () => {
      demand(reader.array() === 3, 'cbor-range');
      return concat(reader.fixed(32), be(reader.unsigned(U64_MAX), 8), reader.fixed(32));
    });
    const balances = reader.fixedOrNull(32);
    reader.end();
    return { statements, balances };
  });
}

/** Judges everything in a file (spec §24.8). `passed` is told of each part that holds. */
export function checkStatement(file: Statement, trust: Trust, passed: (check: string) => void = () => {}): ProvenStatement {
  const own = file.statements.map((written) => proven(written, trust));
  demand(own.length > 0, MISMATCH);
  const { record } = own[0]!;
  demand(record.subject.role === ROLE.rightsholder, MISMATCH);
  const check = new Check(trust, record.subject, named(record, ROLE.cmo));
  check.readPools(file.pools);
  passed('receipts');
  let at = 0;
  for (const statement of own) check.statement(statement, () => file.batches[at++]);
  const covered = at;
  let later: Sums = { allocated: 0n, net: 0n, tax: 0n, levied: 0n };
  for (const part of file.batches.slice(covered)) {
    demand(file.proof !== undefined, MISMATCH);
    later = plus(later, check.batch(part));
    check.batches += 1n;
  }
  for (const written of file.confirmations) check.confirmation(written);
  passed('sums');
  if (file.uses !== undefined) {
    check.uses(file.uses);
    passed('uses');
  }
  const shown: ProvenStatement = {
    rightsholder: record.subject, cmo: check.cmo, statements: check.stated, lines: check.lines.length, payouts: check.payouts.length,
    batches: Number(check.batches), uses: file.uses !== undefined,
  };
  if (file.balance !== undefined) {
    const status = base64(file.balance.status);
    demand(status !== undefined, SYNTAX);
    shown.balance = check.owed(status, own, file.balance.others);
    passed('balance');
  }
  if (file.proof !== undefined) {
    const { proof: author } = check.aboutSubject(file.proof.rightsholder, record.subject, new Frontier());
    demand(author.present !== undefined && 'status' in author.present.status, MISMATCH);
    shown.balance = check.owed(author.present.status.status, own, file.proof.others);
    passed('balance');
    check.complete(file.proof.book, author);
    const owed = add(shown.balance, later.allocated, -later.net, -later.tax, -later.levied);
    shown.whole = { height: author.block.height, time: author.block.time, owed, later: file.batches.length - covered };
    passed('whole');
  }
  return shown;
}
