import { compare, equal, utf8 } from './bytes.js';
import { demand, FormatError } from './error.js';
import { checkCosignature, checkLogLine, type Checkpoint, COSIGNER_KEY, type Note, parseCheckpoint, parseNote, parseVerifierKey, type VerifierKey, verifierKeyText } from './note.js';
import { noteText } from './text-lines.js';

export const VERSION = 'tamga-contradiction/v1';
const HEAD = `${VERSION}\nkey `;
const NOTE_LINES = 5;
const FIRST_NOTE = 3;
const SECOND_NOTE = 9;

/** Two checkpoints of one size that one key signed (spec §11.7). */
export interface Contradiction {
  key: VerifierKey;
  checkpoints: [Checkpoint, Checkpoint];
}

export function parseContradiction(written: string): Contradiction {
  demand(written.startsWith(HEAD), 'contradiction-version');
  const lines = written.split('\n');
  const end = written.indexOf('\n\n');
  demand(end >= 0, 'contradiction-syntax', 1);
  let key: VerifierKey;
  try {
    key = parseVerifierKey(written.slice(HEAD.length, end));
  } catch (error) {
    throw error instanceof FormatError ? error.from(1) : error;
  }
  demand(lines.length > SECOND_NOTE, 'contradiction-syntax', lines.length > FIRST_NOTE + NOTE_LINES ? SECOND_NOTE - 1 : FIRST_NOTE);
  demand(lines[SECOND_NOTE - 1] === '', 'contradiction-syntax', SECOND_NOTE - 1);
  const first = readNote(`${lines.slice(FIRST_NOTE, FIRST_NOTE + NOTE_LINES).join('\n')}\n`, FIRST_NOTE);
  const second = readNote(lines.slice(SECOND_NOTE).join('\n'), SECOND_NOTE);
  demand(compare(utf8(first.text), utf8(second.text)) <= 0, 'contradiction-syntax', FIRST_NOTE);
  const a = signed(key, first, FIRST_NOTE);
  const b = signed(key, second, SECOND_NOTE);
  demand(a.origin === b.origin && a.size === b.size && !equal(a.root, b.root), 'contradiction-none');
  const canonical = `${HEAD}${verifierKeyText(key)}\n\n${noteText(first)}\n${noteText(second)}`;
  demand(canonical === written, 'contradiction-syntax', FIRST_NOTE);
  return { key, checkpoints: [a, b] };
}

function readNote(written: string, at: number): Note {
  try {
    return parseNote(written);
  } catch (error) {
    throw error instanceof FormatError ? error.from(at) : error;
  }
}

/** The checkpoint of a note whose only line is the key's. */
function signed(key: VerifierKey, note: Note, at: number): Checkpoint {
  try {
    const checkpoint = parseCheckpoint(note.text);
    const line = note.lines[0]!;
    demand(note.lines.length === 1, 'contradiction-none', -at);
    if (key.type === COSIGNER_KEY) checkCosignature(key, note.text, line, NOTE_LINES - 1);
    else checkLogLine(key, note.text, line, NOTE_LINES - 1);
    return checkpoint;
  } catch (error) {
    throw error instanceof FormatError ? error.from(at) : error;
  }
}
