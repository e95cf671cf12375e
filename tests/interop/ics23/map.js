// Our proofs about subjects (spec §9.3, §13.9), told in the terms of ICS23.
import { createHash } from "node:crypto";
import ics23 from "@confio/ics23";

const { HashOp, LengthOp } = ics23.ics23;

/** How the map's nodes are made (spec §9.2), as ICS23 says it: a prefix is 01 and a varint of one or two bytes. */
export const spec = {
  leafSpec: {
    prefix: Uint8Array.of(0),
    hash: HashOp.SHA256,
    prehashKey: HashOp.NO_HASH,
    prehashValue: HashOp.NO_HASH,
    length: LengthOp.VAR_PROTO,
  },
  innerSpec: { childOrder: [0, 1], childSize: 32, minPrefixLength: 2, maxPrefixLength: 3, hash: HashOp.SHA256 },
};

const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const u64 = (number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
};
const bit = (key, position) => (key[position >> 3] >> (7 - (position & 7))) & 1;

/** The leaf's sibling first: the steps of a path as inner operations of ICS23. */
function operations(key, path) {
  const steps = [];
  for (let at = 0; at < path.length; ) {
    let position = path[at] & 0x7f;
    let length = 1;
    if (path[at] & 0x80) position |= path[at + length++] << 7;
    const prefix = [1, ...path.subarray(at, at + length)];
    const sibling = path.subarray(at + length, at + length + 32);
    at += length + 32;
    steps.push(
      bit(key, position)
        ? { hash: HashOp.SHA256, prefix: Uint8Array.from([...prefix, ...sibling]), suffix: new Uint8Array() }
        : { hash: HashOp.SHA256, prefix: Uint8Array.from(prefix), suffix: Uint8Array.from(sibling) },
    );
  }
  return steps;
}

/** An existence proof of one pair. */
export const existence = ({ key, value, path }) => ({
  key: Uint8Array.from(key),
  value: Uint8Array.from(value),
  leaf: spec.leafSpec,
  path: operations(key, path),
});

export function isMember(root, pair) {
  return ics23.verifyMembership({ exist: existence(pair) }, spec, root, pair.key, pair.value);
}

/** Whether nothing stands under `key`, by its neighbours in the order of keys; the outermost keys have one. */
export function isAbsent(root, key, left, right) {
  const nonexist = { key, left: left && existence(left), right: right && existence(right) };
  return ics23.verifyNonMembership({ nonexist }, spec, root, key);
}

/** The RFC 9162 tree hash. */
function treeHash(leaves) {
  if (leaves.length === 1) return sha256(Uint8Array.of(0), leaves[0]);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Uint8Array.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

function mapKey(subject) {
  const [role, id] = subject.split(":");
  return sha256("tamga/map-key/v1\0", role, "\0", Buffer.from(id, "base64url"));
}

function statusHash(lines) {
  if (lines["status-hash"]) return Buffer.from(lines["status-hash"][0], "base64");
  const [nonce, bytes] = lines.status[0].split(" ").map((word) => Buffer.from(word, "base64"));
  return sha256(sha256("tamga/status-salt/v1\0", nonce), bytes);
}

const mapValue = (lines, leaves) =>
  sha256(Uint8Array.of(2), u64(lines.records[0]), treeHash(leaves), statusHash(lines));

/**
 * A proof about a subject: the map's root, and the pair to which its path leads. Of an absent subject the pair is
 * that of another key; of one with records it is computed from all of them and the status.
 */
export function parse(text) {
  const lines = {};
  for (const line of text.split("\n\n")[0].split("\n").slice(1)) {
    const [name, ...words] = line.split(" ");
    (lines[name] ??= []).push(words.join(" "));
  }
  const root = Buffer.from(lines.block[0], "base64").subarray(58, 90);
  const key = mapKey(lines.subject[0]);
  const path = Buffer.from(lines.map[0], "base64");
  if (lines.absent) {
    const other = { key: path.subarray(1, 33), value: path.subarray(34, 66), path: path.subarray(66) };
    return { root, key, other };
  }
  const leaves = (lines.record ?? []).map((line) => {
    const [index, hash] = line.split(" ");
    return Buffer.concat([u64(index), Buffer.from(hash, "base64")]);
  });
  return { root, key, pair: { key, value: mapValue(lines, leaves), path } };
}
