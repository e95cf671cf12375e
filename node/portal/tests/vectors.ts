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
