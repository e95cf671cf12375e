import { type Bytes, be, concat, equal } from './bytes.js';
import { Reader, type Value } from './cbor.js';
import { demand } from './error.js';
import { leafHash, sha256, tag } from './hash.js';
import { rootOf } from './merkle.js';

/** A restricted field that is shown (spec §6.1). */
export interface OpenedField {
  salt: Bytes;
  name: string;
  value: Value;
}

/** A leaf of a body: shown, or its hash alone (spec §6.3). */
export type Leaf = { opened: Bytes; field: OpenedField } | { hidden: Bytes };

/** A leaf that is shown. */
export function openedLeaf(opened: Bytes): Leaf {
  return { opened, field: decodeLeaf(opened) };
}

export function decodeLeaf(bytes: Bytes): OpenedField {
  const reader = new Reader(bytes);
  const at = reader.position;
  demand(reader.array() === 3, 'cbor-range', at);
  const salt = reader.fixed(32);
  const begun = reader.position;
  const name = reader.text();
  demand(/^[a-z0-9_.-]{1,64}$/.test(name), 'body-name', begun);
  const value = reader.any();
  reader.end();
  return { salt, name, value };
}

/** Demands that these leaves are those of a body; gives the fields that are shown (spec §6.3). */
export function checkOpening(leaves: Leaf[], commitment: Bytes): OpenedField[] {
  const fields: OpenedField[] = [];
  const hashes = leaves.map((leaf, i) => {
    if ('hidden' in leaf) return leaf.hidden;
    const { field } = leaf;
    const before = fields.at(-1);
    demand(before === undefined || before.name < field.name, 'body-order', i);
    fields.push(field);
    return leafHash(leaf.opened);
  });
  const made = sha256(concat(tag('tamga/body/v1'), be(hashes.length, 2), rootOf(hashes)));
  demand(equal(made, commitment), 'body-commitment');
  return fields;
}

