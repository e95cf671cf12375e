import { inflate } from './inflate';
import { ARCHIVED_MAX, ARCHIVE_FILES_MAX } from './limits';

/** A file of an archive. */
export interface Archived {
  name: string;
  bytes: Uint8Array;
}

/** Whether a file is a zip archive. */
export function isArchive(bytes: Uint8Array): boolean {
  return bytes.length >= 22 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** The files of an archive whose names `wanted` wants; those that are damaged or too large are left out. */
export async function archived(bytes: Uint8Array, wanted: (name: string) => boolean): Promise<Archived[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Archived[] = [];
  const directory = endOfDirectory(view);
  if (directory === null) return found;
  let at = view.getUint32(directory + 16, true);
  for (let left = view.getUint16(directory + 10, true); left > 0 && found.length < ARCHIVE_FILES_MAX; left -= 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) break;
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (wanted(name)) {
      const content = await contentOf(bytes, view, view.getUint32(at + 42, true), packed, method);
      if (content) found.push({ name, bytes: content });
    }
    at = next;
  }
  return found;
}

/** The record that ends an archive, before a comment of any length. */
function endOfDirectory(view: DataView): number | null {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= first; at -= 1) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return null;
}

async function contentOf(
  bytes: Uint8Array,
  view: DataView,
  local: number,
  packed: number,
  method: number,
): Promise<Uint8Array | null> {
  if (local + 30 > bytes.length || view.getUint32(local, true) !== 0x04034b50) return null;
  const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const content = bytes.subarray(begin, begin + packed);
  if (content.length !== packed) return null;
  if (method === 0) return packed <= ARCHIVED_MAX ? content : null;
  return method === 8 ? inflate(content, 'deflate-raw', ARCHIVED_MAX) : null;
}
