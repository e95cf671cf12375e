import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isAbsent, isMember, parse } from "./map.js";

const vectors = new URL("../../vectors/", import.meta.url);
const subject = (name) => parse(readFileSync(new URL(`subject/${name}.tamga-subject`, vectors), "utf8"));
const whole = subject("whole");
const absent = subject("absent");

const flipped = (bytes, at) => {
  const changed = Uint8Array.from(bytes);
  changed[at] ^= 1;
  return changed;
};

test("the value of all records and the status stands under the subject's key", () => {
  assert.ok(isMember(whole.root, whole.pair));
});

test("another value, key, root or path is refused", () => {
  for (let at = 0; at < 32; at++) {
    assert.ok(!isMember(whole.root, { ...whole.pair, value: flipped(whole.pair.value, at) }), `value ${at}`);
    assert.ok(!isMember(whole.root, { ...whole.pair, key: flipped(whole.pair.key, at) }), `key ${at}`);
    assert.ok(!isMember(flipped(whole.root, at), whole.pair), `root ${at}`);
  }
  for (let at = 0; at < whole.pair.path.length; at++) {
    assert.ok(!isMember(whole.root, { ...whole.pair, path: flipped(whole.pair.path, at) }), `path ${at}`);
  }
});

test("a record changed, left out or moved, or another status, is refused", () => {
  for (const name of ["another-leaf", "record-left-out", "records-swapped", "another-status"]) {
    const { root, pair } = subject(name);
    assert.ok(!isMember(root, pair), name);
  }
});

test("nothing stands under the absent subject's key, by its neighbours", () => {
  assert.deepEqual(absent.root, whole.root);
  assert.ok(isMember(absent.root, absent.other));
  const neighbours = [absent.other, whole.pair].sort((a, b) => Buffer.compare(a.key, b.key));
  const left = neighbours.filter((pair) => Buffer.compare(pair.key, absent.key) < 0).pop();
  const right = neighbours.find((pair) => Buffer.compare(pair.key, absent.key) > 0);
  assert.ok(isAbsent(absent.root, absent.key, left, right));
  for (const known of [whole.key, absent.other.key]) {
    assert.ok(!isAbsent(absent.root, known, left, right), "a subject that has records");
  }
  assert.ok(!isAbsent(flipped(absent.root, 0), absent.key, left, right), "another root");
  assert.ok(!isAbsent(absent.root, absent.key, right, left), "neighbours exchanged");
  assert.ok(!isAbsent(absent.root, absent.key, undefined, undefined), "no neighbours");
  for (const [one, other] of [[left, undefined], [undefined, right]]) {
    if (one !== left || other !== right) {
      assert.ok(!isAbsent(absent.root, absent.key, one, other), "one neighbour kept back");
    }
  }
});
