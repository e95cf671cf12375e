import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isMember, parse } from "./map.js";

// The running node that `make interop` names in the environment.
const { TAMGA_URL: url, TAMGA_DEVNET: folder, TAMGA_INTEROP_SHORT: skip } = process.env;

async function get(path) {
  assert.ok(url && folder, "TAMGA_URL and TAMGA_DEVNET name no running network: see `make interop`");
  const token = readFileSync(join(folder, "token.txt"), "utf8").trim();
  const answer = await fetch(url + path, { headers: { Authorization: `Bearer ${token}` } });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
  return text;
}

test("subjects of the running ledger are members of its map", { skip: Boolean(skip) }, async () => {
  const events = JSON.parse(await get("/v1/events?after=0&limit=50")).data;
  const subjects = new Set();
  for (const { record_id: record } of events) {
    const { subject, subjects: others = [] } = JSON.parse(await get(`/v1/records/${record}`)).record;
    [subject, ...others].forEach((named) => subjects.add(named));
  }
  assert.ok(subjects.size > 3, `${subjects.size} subjects`);
  for (const subject of [...subjects].slice(0, 40)) {
    const { root, pair } = parse(await get(`/v1/subjects/${subject}/proof?limit=4096`));
    assert.ok(isMember(root, pair), subject);
    const changed = Uint8Array.from(pair.value);
    changed[0] ^= 1;
    assert.ok(!isMember(root, { ...pair, value: changed }), subject);
  }
});
