import { base45 } from './base45';
import { inflate } from './inflate';
import { numberInLink, type RecordNumber } from './number';
import { PROOF_MAX } from './limits';

/** What a QR code of the journal says: where the record is, or the whole receipt. */
export type Code = { number: RecordNumber } | { proof: Uint8Array };

const WHOLE = 'TAMGA1:';

/** Reads the text of a QR code; null if it is not one of the journal's. */
export async function readCode(text: string): Promise<Code | null> {
  // What some readers put behind the text; a space may belong to it.
  text = text.replace(/[\r\n]+$/, '');
  const number = numberInLink(text);
  if (number) return { number };
  if (!text.startsWith(WHOLE)) return null;
  const packed = base45(text.slice(WHOLE.length));
  const proof = packed && (await inflate(packed, 'deflate', PROOF_MAX));
  return proof && { proof };
}
