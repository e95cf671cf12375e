import { type Bytes, compare, concat, equal, hex, utf8 } from './bytes.js';
import { Reader, type Value } from './cbor.js';
import { demand, FormatError } from './error.js';
import { leafHash, sha256 } from './hash.js';
import { isValid, keyId } from './signature.js';
import { parseSubject, roleName, type Subject } from './subject.js';

export const ENTRY_BYTES_MAX = 65_535;
const TIME_MAX = 253_402_300_799_999n;
const CONTENT_TYPE = utf8('application/vnd.tamga.record+cbor');
const U16_MAX = 0xffffn;
/** Heads of maps of 4 and of 3 pairs. */
const MAP_OF_4 = 0xa4;
const MAP_OF_3 = 0xa3;
/** The number −8. */
const ED25519 = 0x27;
const I64_MAX = (1n << 63n) - 1n;

/** An earlier record, and one subject of it. */
export interface Reference {
  relation: number;
  record: Bytes;
  subject: Subject;
}

/** What a record says (spec §5). */
export interface SignedRecord {
  entry: Bytes;
  id: Bytes;
  leaf: Bytes;
  keyId: Bytes;
  issuer: Subject;
  subject: Subject;
  audience: string;
  kind: number;
  version: number;
  nonce: Bytes;
  eventTime: number;
  validUntil: number;
  others: Subject[];
  after?: Bytes;
  onBehalfOf?: Bytes;
  references: Reference[];
  fields: Map<number, Value>;
  body?: Bytes;
  signed: Bytes;
  signature: Bytes;
}

/** A byte string as it stands, with where its content begins. */
function bytestring(reader: Reader): { whole: Bytes; content: Bytes; at: number } {
  const begun = reader.position;
  const content = reader.bytestring();
  return { whole: reader.since(begun), content, at: reader.position - content.length };
}

/** Reads an entry (spec §5.1). */
export function decodeRecord(entry: Bytes): SignedRecord {
  demand(entry.length <= ENTRY_BYTES_MAX, 'record-too-long', ENTRY_BYTES_MAX);
  const reader = new Reader(entry);
  reader.exactly(0xd2, 'record-envelope');
  reader.exactly(0x84, 'record-envelope');
  const header = bytestring(reader);
  reader.exactly(0xa0, 'record-unprotected');
  const payload = bytestring(reader);
  const signature = reader.fixed(64);
  reader.end();
  const signed = concat(Uint8Array.of(0x84, 0x6a), utf8('Signature1'), header.whole, Uint8Array.of(0x40), payload.whole);
  const head = readHeader(new Reader(header.content, header.at));
  const said = readPayload(new Reader(payload.content, payload.at), head.subject);
  return { entry, id: sha256(signed), leaf: leafHash(entry), ...head, ...said, signed, signature };
}

/** Demands that this key signed the record (spec §5.5). */
export function checkSigned(record: SignedRecord, key: Bytes): void {
  demand(equal(keyId(key), record.keyId), 'signature-key');
  demand(isValid(key, record.signed, record.signature), 'signature-invalid');
}

function subjectHere(reader: Reader): Subject {
  const begun = reader.position;
  const written = reader.text();
  try {
    return parseSubject(written);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const inside = error.position === 0 ? 0 : reader.position - begun - utf8(written).length + error.position;
    throw new FormatError(error.code, begun + inside);
  }
}

function readHeader(reader: Reader) {
  const key = (byte: number) => reader.exactly(byte, 'record-header');
  key(MAP_OF_4);
  key(1);
  reader.exactly(ED25519, 'record-algorithm');
  key(3);
  let at = reader.position;
  demand(equal(utf8(reader.text()), CONTENT_TYPE), 'record-content-type', at);
  key(4);
  const kid = reader.fixed(32);
  key(15);
  key(MAP_OF_3);
  key(1);
  const issuer = subjectHere(reader);
  key(2);
  const subject = subjectHere(reader);
  key(3);
  at = reader.position;
  const audience = reader.text();
  demand(/^[\x21-\x2a\x2c-\x7e]{1,128}$/.test(audience), 'record-audience', at);
  reader.end();
  return { keyId: kid, issuer, subject, audience };
}

function time(reader: Reader): number {
  const at = reader.position;
  const value = reader.integer();
  demand(value >= -I64_MAX - 1n && value <= I64_MAX, 'cbor-range', at);
  demand(value >= 0n && value <= TIME_MAX, 'record-time', at);
  return Number(value);
}

function role(reader: Reader): number {
  const at = reader.position;
  const code = Number(reader.unsigned(0xffn));
  demand(roleName(code) !== undefined, 'role-unknown', at);
  return code;
}

/** An array that is not empty, and at most so long. */
function listed(reader: Reader, max: number, code: string): number {
  const at = reader.position;
  const count = reader.array();
  demand(count > 0, 'record-empty', at);
  demand(count <= max, code, at);
  return count;
}

function tuple(reader: Reader, length: number): void {
  const at = reader.position;
  demand(reader.array() === length, 'cbor-range', at);
}

function order(subject: Subject): Bytes {
  return concat(Uint8Array.of(subject.role), subject.id);
}

function readPayload(reader: Reader, primary: Subject) {
  const begun = reader.position;
  const seen = new Set<bigint>();
  const said = {
    kind: 0,
    version: 0,
    nonce: new Uint8Array() as Bytes,
    eventTime: 0,
    validUntil: 0,
    others: [] as Subject[],
    after: undefined as Bytes | undefined,
    onBehalfOf: undefined as Bytes | undefined,
    references: [] as Reference[],
    fields: new Map<number, Value>(),
    body: undefined as Bytes | undefined,
  };
  const at = { key: begun };
  const readers: Record<string, () => void> = {
    1: () => (said.kind = Number(reader.unsigned(U16_MAX))),
    2: () => (said.version = Number(reader.unsigned(U16_MAX))),
    3: () => (said.nonce = reader.fixed(16)),
    4: () => (said.eventTime = time(reader)),
    5: () => (said.validUntil = time(reader)),
    6: () => (said.others = readSubjects(reader, primary)),
    7: () => (said.after = reader.fixed(32)),
    8: () => (said.onBehalfOf = reader.fixed(32)),
    9: () => (said.references = readReferences(reader)),
    10: () => (said.fields = readFields(reader)),
    11: () => (said.body = reader.fixed(32)),
  };
  const count = reader.map();
  reader.entries(
    count,
    () => {
      at.key = reader.position;
      return reader.numberKey();
    },
    (key) => {
      const read = readers[String(key)];
      demand(read !== undefined, 'record-key', at.key);
      seen.add(key);
      read();
    },
  );
  reader.end();
  for (const key of [1n, 2n, 3n, 4n, 5n]) demand(seen.has(key), 'record-missing', begun);
  return said;
}

function readSubjects(reader: Reader, primary: Subject): Subject[] {
  const count = listed(reader, 127, 'record-subjects');
  let before: Bytes | undefined;
  return Array.from({ length: count }, () => {
    const at = reader.position;
    tuple(reader, 2);
    const subject = { role: role(reader), id: reader.fixed(32) };
    const here = order(subject);
    demand(before === undefined || compare(here, before) > 0, 'record-subjects', at);
    demand(!equal(here, order(primary)), 'record-subjects', at);
    before = here;
    return subject;
  });
}

function readReferences(reader: Reader): Reference[] {
  const count = listed(reader, 16, 'record-references');
  const seen = new Set<string>();
  return Array.from({ length: count }, () => {
    const at = reader.position;
    tuple(reader, 4);
    const relation = Number(reader.unsigned(0xffn));
    const record = reader.fixed(32);
    const subject = { role: role(reader), id: reader.fixed(32) };
    const same = hex(reader.since(at));
    demand(!seen.has(same), 'record-references', at);
    seen.add(same);
    return { relation, record, subject };
  });
}

function readFields(reader: Reader): Map<number, Value> {
  const at = reader.position;
  const count = reader.map();
  demand(count > 0, 'record-empty', at);
  demand(count <= 64, 'record-fields', at);
  const fields = new Map<number, Value>();
  reader.entries(
    count,
    () => {
      const here = reader.position;
      const key = reader.numberKey();
      demand(key >= 0n && key <= U16_MAX, 'cbor-range', here);
      return Number(key);
    },
    (key) => fields.set(key, reader.any()),
  );
  return fields;
}
