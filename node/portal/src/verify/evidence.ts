import { type Bytes, equal, hex, utf8 } from './bytes.js';
import { demand, FormatError } from './error.js';
import { checkConsistency } from './merkle.js';
import { checkCosignature, checkLogLine, type Checkpoint, checkpointText, LOG_KEY, type Note, type NoteLine, names, parseCheckpoint, parseNote, parseVerifierKey, type VerifierKey, verifierKeyText } from './note.js';
import { isFinal, type Policy, withstands } from './policy.js';
import { line, Lines, noteText, PATH_MAX } from './text-lines.js';
import { FILE_BYTES_MAX } from './tlog-proof.js';

export const VERSION = 'tamga-evidence/v1';
const KEYS_MAX = 16;

/** Two checkpoints that can't both be of one log, and who signed both (spec §13.14). */
export interface Evidence {
  keys: VerifierKey[];
  /** Root of the larger log at the size of the smaller one, if the sizes differ. */
  prefix?: Bytes;
  prefixPath: Bytes[];
  /** The smaller log's first. */
  notes: [Note, Note];
  checkpoints: [Checkpoint, Checkpoint];
}

/** Reads evidence in its one form and checks what anybody can check of it: points 1 and 2 of §13.14. */
export function parseEvidence(written: string): Evidence {
  demand(utf8(written).length <= FILE_BYTES_MAX, 'proof-file-too-long');
  const parts = written.split('\n\n');
  const lines = new Lines(`${parts[0]}\n\n`);
  demand(lines.raw() === VERSION, 'proof-file-version', 0);
  const keys: VerifierKey[] = [];
  for (let value = lines.optional('key'); value !== undefined; value = lines.optional('key')) {
    if (keys.length === KEYS_MAX) lines.refuse(lines.at - 1);
    keys.push(keyAt(value, lines.at - 1));
  }
  const value = lines.optional('prefix');
  const prefix = value === undefined ? undefined : lines.bytes(value, 32);
  const prefixPath = prefix === undefined ? [] : lines.hashes('prefix-hash', PATH_MAX);
  lines.gap();
  if (parts.length < 3) lines.refuse(0);
  const first = signed(`${parts[1]}\n\n${parts[2]}\n`, lines.at);
  if (parts.length < 5) lines.refuse(0);
  const second = signed(`${parts[3]}\n\n${parts[4]}`, lines.at + first.lines + 1);
  const evidence = { keys, prefix, prefixPath, notes: [first.note, second.note], checkpoints: [first.checkpoint, second.checkpoint] } as Evidence;
  checkConflict(evidence);
  checkKeys(evidence);
  demand(evidenceText(evidence) === written, 'proof-file-syntax');
  return evidence;
}

/** A note that begins at a line of the file, and its checkpoint. */
function signed(written: string, at: number): { note: Note; checkpoint: Checkpoint; lines: number } {
  try {
    const note = parseNote(written);
    return { note, checkpoint: parseCheckpoint(note.text), lines: written.split('\n').length - 1 };
  } catch (error) {
    throw error instanceof FormatError ? error.from(at) : error;
  }
}

function keyAt(written: string, at: number): VerifierKey {
  try {
    return parseVerifierKey(written);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.code, at) : error;
  }
}

export function evidenceText({ keys, prefix, prefixPath, notes }: Evidence): string {
  return [
    `${VERSION}\n`,
    ...keys.map((key) => line('key', verifierKeyText(key))),
    ...(prefix === undefined ? [] : [line('prefix', prefix)]),
    ...prefixPath.map((hash) => line('prefix-hash', hash)),
    '\n',
    noteText(notes[0]),
    '\n',
    noteText(notes[1]),
  ].join('');
}

/** Point 1: the checkpoints can't both be true. */
function checkConflict({ prefix, prefixPath, checkpoints: [small, large] }: Evidence): void {
  demand(small.origin === large.origin, 'evidence-none');
  if (prefix === undefined) {
    demand(small.size === large.size && checkpointText(small) < checkpointText(large), 'evidence-none');
    return;
  }
  demand(small.size < large.size, 'evidence-none');
  checkConsistency(small.size, prefix, large.size, large.root, prefixPath);
  demand(!equal(prefix, small.root), 'evidence-none');
}

/** Point 2: every key signed both. */
function checkKeys({ keys, notes }: Evidence): void {
  demand(keys.length > 0, 'evidence-none');
  const seen = new Set<string>();
  let before = -1;
  keys.forEach((key, i) => {
    const place = notes[0].lines.findIndex((it) => names(it, key));
    demand(place > before && !seen.has(hex(key.key)), 'evidence-none');
    seen.add(hex(key.key));
    before = place;
    for (const note of notes) {
      const own = note.lines.filter((it) => names(it, key));
      for (const it of own) checkLine(key, note, it, i + 1);
      demand(own.length > 0, 'evidence-none');
    }
  });
}

function checkLine(key: VerifierKey, note: Note, it: NoteLine, at: number): void {
  if (key.type === LOG_KEY) checkLogLine(key, note.text, it, at);
  else checkCosignature(key, note.text, it, at);
}

/** What evidence means under a policy, or each note under its own. */
export interface Meaning {
  /** Whether the log's key signed both. */
  log: boolean;
  /** Cosigners that signed both, by their names in the policy. */
  cosigners: string[];
  withstands: number;
  finals: [boolean, boolean];
  /** Whether more failed than the policy withstands, or both checkpoints are final. */
  exceeds: boolean;
}

/** Points 3 to 5 of §13.14. Positions are those of the lines of a note. */
export function judgeEvidence(evidence: Evidence, policies: [Policy, Policy]): Meaning {
  const [smaller] = policies;
  const finals = evidence.notes.map((note, i) => judgeNote(note, evidence.checkpoints[i]!, policies[i]!)) as [boolean, boolean];
  const failed = (key: VerifierKey) => evidence.keys.some((it) => verifierKeyText(it) === verifierKeyText(key));
  const cosigners = smaller.witnesses.filter(({ key }) => failed(key)).map(({ name }) => name);
  const most = Math.min(...policies.map(withstands));
  const exceeds = cosigners.length > most || (finals[0] && finals[1]);
  return { log: failed(smaller.log), cosigners, withstands: most, finals, exceeds };
}

/** Demands that every line of a note is of a key of the policy; tells whether the note is final. */
function judgeNote(note: Note, checkpoint: Checkpoint, policy: Policy): boolean {
  demand(checkpoint.origin === policy.origin, 'note-origin');
  const known = [policy.log, ...policy.witnesses.map(({ key }) => key)];
  const seen = new Set<VerifierKey>();
  note.lines.forEach((it, at) => {
    const key = known.find((one) => names(it, one));
    demand(key !== undefined, 'evidence-key', at);
    checkLine(key, note, it, at);
    demand(!seen.has(key), 'note-not-minimal', at);
    seen.add(key);
  });
  return isFinal(policy, note);
}
