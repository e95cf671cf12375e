import { type Bytes, base64, concat, text } from './bytes.js';
import type { Genesis } from './assignment.js';
import { demand } from './error.js';
import { sha256, tag } from './hash.js';

const GENESIS_BYTES_MAX = 1 << 20;
const VALIDATORS_MAX = 64;

/**
 * What a genesis file says that an assignment is judged by (spec §13.6, §21): its hash, and of each `[[validator]]` the
 * organisation and keys. Only the plain form `name = "value"` is read: the log itself names the hash of the one genesis it has.
 */
export function readGenesis(bytes: Bytes): Genesis {
  const written = bytes.length <= GENESIS_BYTES_MAX ? text(bytes) : undefined;
  demand(written !== undefined, 'genesis-invalid');
  const tables: Map<string, string>[] = [];
  let table: Map<string, string> | undefined;
  for (const line of written.split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('[')) {
      table = trimmed === '[[validator]]' ? new Map() : undefined;
      if (table !== undefined) tables.push(table);
    }
    const member = /^([a-z]+)\s*=\s*"([^"\\]*)"\s*(#.*)?$/.exec(trimmed);
    if (member !== null) table?.set(member[1]!, member[2]!);
  }
  demand(tables.length >= 1 && tables.length <= VALIDATORS_MAX, 'genesis-invalid');
  const key = (digits: string | undefined): Bytes => {
    const found = base64(digits ?? '');
    demand(found?.length === 32, 'genesis-invalid');
    return found;
  };
  const validators = tables.map((it) => {
    const id = sha256(concat(tag('tamga/validator/v1'), key(it.get('consensus'))));
    return { id, organisation: it.get('organisation') ?? '', beacon: key(it.get('beacon')) };
  });
  return { hash: sha256(bytes), validators };
}
