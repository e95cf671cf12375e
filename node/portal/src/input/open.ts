import { archived, isArchive } from './archive';
import { readCode, type Code } from './code';
import { isImage } from './image';
import { attachments, isPdf } from './pdf';

/** Why a file gives nothing to judge. */
export type Barren = 'no-proof' | 'no-code' | 'foreign-code';

/** What a file that was handed in gives to judge. */
export interface Opened {
  name: string;
  /** A proof, the number of a record, or why there is neither. */
  content: Code | { barren: Barren };
  /** Whether the proof only stands inside a document whose looks it does not vouch for. */
  inside: boolean;
}

/** Names of proof files; all else in an evidence pack is for people or checks the pack itself. */
const PROOFS = /\.(tamga|tamga-[a-z]+|tlog-proof)$|statement[^/]*\.json$/;

/** Opens a file: proofs in documents, pictures and archives are found, all else is a proof itself. */
export async function open(
  name: string,
  bytes: Uint8Array,
  codeIn: (picture: Blob) => Promise<string | null>,
): Promise<Opened[]> {
  if (isPdf(bytes)) {
    const files = await attachments(bytes);
    const proofs: Opened[] = files.map((proof) => ({ name, content: { proof }, inside: true }));
    return proofs.length > 0 ? proofs : [{ name, content: { barren: 'no-proof' }, inside: false }];
  }
  if (isImage(bytes)) {
    const text = await codeIn(new Blob([bytes as BlobPart]));
    if (text === null) return [{ name, content: { barren: 'no-code' }, inside: false }];
    const content = (await readCode(text)) ?? { barren: 'foreign-code' as const };
    return [{ name, content, inside: true }];
  }
  if (isArchive(bytes)) {
    const files = await archived(bytes, (entry) => PROOFS.test(entry));
    const proofs: Opened[] = files.map((file) => ({
      name: file.name,
      content: { proof: file.bytes },
      inside: false,
    }));
    return proofs.length > 0 ? proofs : [{ name, content: { barren: 'no-proof' }, inside: false }];
  }
  return [{ name, content: { proof: bytes }, inside: false }];
}
