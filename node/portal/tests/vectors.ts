import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../tests/vectors/', import.meta.url));

/** Bytes of a published vector. */
export function bytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(ROOT + path));
}

export function text(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** Cases of a file with one JSON object per line. */
export function cases<Case>(path: string): Case[] {
  return text(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case);
}

/** Id of the record in `receipt/plain`. */
export const RECORD = '9dfd4d30d15afe860170b4dc3761fcdd9b7d99ccb69f0345882e28a7b05eacd2';
