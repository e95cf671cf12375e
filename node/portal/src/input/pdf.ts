import { inflate } from './inflate';
import { PROOF_MAX } from './limits';

/** Most attachments of one document that are looked at. */
const ATTACHMENTS_MAX = 16;
/** How far before a stream its dictionary may begin. */
const DICTIONARY_MAX = 2048;

/** Whether a file is a PDF. */
export function isPdf(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, 5) === '%PDF-';
}

/**
 * The files attached to a PDF. Streams stand in the open in every PDF, even where all else is packed, so those that
 * call themselves an embedded file are enough; who lies about one is found out by the verifier.
 */
export async function attachments(bytes: Uint8Array): Promise<Uint8Array[]> {
  const text = new TextDecoder('latin1').decode(bytes);
  const found: Uint8Array[] = [];
  const streams = /\/EmbeddedFile\b/g;
  for (let match = streams.exec(text); match && found.length < ATTACHMENTS_MAX; match = streams.exec(text)) {
    const keyword = text.indexOf('stream', match.index);
    if (keyword < 0 || keyword - match.index > DICTIONARY_MAX) continue;
    const opened = text.lastIndexOf(' obj', match.index);
    if (opened < 0 || match.index - opened > DICTIONARY_MAX) continue;
    const dictionary = text.slice(opened, keyword);
    const begin = keyword + 'stream'.length + (text.startsWith('\r\n', keyword + 6) ? 2 : 1);
    const end = endOf(text, dictionary, begin);
    if (end === null) continue;
    const stream = bytes.subarray(begin, end);
    const content = /\/FlateDecode\b/.test(dictionary)
      ? await inflate(stream, 'deflate', PROOF_MAX)
      : /\/Filter\b/.test(dictionary) || stream.length > PROOF_MAX
        ? null
        : stream;
    if (content) found.push(content);
  }
  return found;
}

/** Where a stream ends: by its length, or where its end is written if the length stands elsewhere. */
function endOf(text: string, dictionary: string, begin: number): number | null {
  const length = /\/Length\s+(\d+)(?!\s+\d+\s+R)/.exec(dictionary);
  if (length) {
    const end = begin + Number(length[1]);
    if (/^\s*endstream/.test(text.slice(end, end + 16))) return end;
  }
  const end = text.indexOf('endstream', begin);
  if (end < 0) return null;
  return text.slice(end - 2, end) === '\r\n' ? end - 2 : end - 1;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
