import { archived, isArchive } from './archive';
import { readCode, type Code } from './code';
import { isImage } from './image';
import { attachments, isPdf } from './pdf';
import { type Genesis, isTrust, readGenesis } from '../verifier';

/** Why a file gives nothing to judge. */
export type Barren = 'no-proof' | 'no-code' | 'foreign-code';

/** What a file that was handed in gives to judge. */
export interface Opened {
  name: string;
  /** A proof, the number of a record, a trust policy, a genesis file, or why there is none of these. */
  content: Code | { barren: Barren } | { policy: string } | { genesis: Genesis };
  /** Whether the proof only stands inside a document whose looks it does not vouch for. */
  inside: boolean;
}

/** Names of proof files; all else in an evidence pack is for people or checks the pack itself. */
const PROOFS = /\.(tamga|tamga-[a-z]+|tlog-proof)$|statement[^/]*\.json$/;

/** The policy that an evidence pack was made under, and the chain that leads to it (spec §13.13). */
const PACK_POLICIES = ['policy.txt', 'policies.tamga-policies'];

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
    const files = await archived(bytes, (entry) => PROOFS.test(entry) || PACK_POLICIES.includes(entry));
    const proofs = files.flatMap(({ name, bytes }): Opened[] => {
      if (!PACK_POLICIES.includes(name)) return [{ name, content: { proof: bytes }, inside: false }];
      const policy = policyIn(bytes);
      return policy === null ? [] : [{ name, content: { policy }, inside: false }];
    });
    return proofs.length > 0 ? proofs : [{ name, content: { barren: 'no-proof' }, inside: false }];
  }
  const genesis = genesisIn(bytes);
  if (genesis) return [{ name, content: { genesis }, inside: false }];
  const policy = policyIn(bytes);
  return [{ name, content: policy === null ? { proof: bytes } : { policy }, inside: false }];
}

/** What a genesis file says, if this is one. */
function genesisIn(bytes: Uint8Array): Genesis | null {
  try {
    return readGenesis(bytes);
  } catch {
    return null;
  }
}

/** The text of a trust policy, or of a chain of them, that this is, if it is one. */
function policyIn(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return isTrust(text) ? text : null;
  } catch {
    return null;
  }
}
