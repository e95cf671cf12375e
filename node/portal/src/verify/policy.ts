import { type Bytes, decimal, hex, utf8 } from './bytes.js';
import { demand, FormatError } from './error.js';
import { sha256 } from './hash.js';
import { checkCosignature, checkLogLine, type Checkpoint, COSIGNER_KEY, isName, LOG_KEY, names, type Note, noteLineText, parseCheckpoint, parseVerifierKey, type VerifierKey, verifierKeyText } from './note.js';

const TEXT_BYTES_MAX = 32_768;
const DEFINITIONS_MAX = 32;

interface Witness {
  name: string;
  key: VerifierKey;
  url: string;
}

interface Group {
  name: string;
  written: string;
  needs: number;
  members: string[];
}

/** Whose signatures make a checkpoint final (spec §11.5). */
export interface Policy {
  origin: string;
  log: VerifierKey;
  logUrl: string;
  witnesses: Witness[];
  groups: Group[];
  quorum: string;
  canonical: string;
  hash: Bytes;
}

function isUrl(word: string): boolean {
  return /^https?:\/\/[\x21-\x7e]+$/.test(word);
}

/** What the lines of a policy say, before anything of it is judged. */
class Parser {
  log?: VerifierKey;
  logUrl = '';
  readonly definitions: (Witness | Group)[] = [];
  quorum?: string;

  line(words: string[], at: number): void {
    demand(this.quorum === undefined, 'policy-syntax', at);
    const [kind, ...rest] = words as [string, ...string[]];
    if (kind === 'log' && rest.length === 2) {
      const log = keyAt(rest[0]!, at);
      demand(this.log === undefined, 'policy-limit', at);
      [this.log, this.logUrl] = [log, rest[1]!];
    } else if (kind === 'witness' && rest.length === 3) {
      const [name, key, url] = rest as [string, string, string];
      this.definitions.push({ name, key: keyAt(key, at), url });
    } else if (kind === 'group' && rest.length >= 2) {
      const [name, written, ...members] = rest as [string, string, ...string[]];
      const needs = written === 'any' ? 1 : written === 'all' ? members.length : decimal(written);
      demand(needs !== undefined, 'policy-syntax', at);
      this.definitions.push({ name, written, needs: Number(needs), members });
    } else {
      demand(kind === 'quorum' && rest.length === 1, 'policy-syntax', at);
      this.quorum = rest[0]!;
    }
  }
}

function keyAt(written: string, at: number): VerifierKey {
  try {
    return parseVerifierKey(written);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.code, at) : error;
  }
}

function isWitness(definition: Witness | Group): definition is Witness {
  return 'key' in definition;
}

/** Reads a policy. Positions are lines, or of what is judged together the definition counted from 1. */
export function parsePolicy(written: string): Policy {
  demand(utf8(written).length <= TEXT_BYTES_MAX, 'policy-limit');
  const parser = new Parser();
  written.split('\n').forEach((line, at) => {
    if (line.startsWith('#')) return;
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    if (words.length > 0) parser.line(words, at);
  });
  const { log, logUrl, definitions, quorum } = parser;
  demand(log !== undefined && quorum !== undefined, 'policy-syntax');
  demand(log.type === LOG_KEY, 'vkey-type');
  demand(isUrl(logUrl), 'policy-syntax');
  const witnesses = definitions.filter(isWitness);
  const groups = definitions.filter((it): it is Group => !isWitness(it));
  demand(witnesses.length <= DEFINITIONS_MAX && groups.length <= DEFINITIONS_MAX, 'policy-limit');
  const lines = definitions.map((it) => (isWitness(it) ? `witness ${it.name} ${verifierKeyText(it.key)} ${it.url}` : `group ${it.name} ${[it.written, ...it.members].join(' ')}`));
  const canonical = [`log ${verifierKeyText(log)} ${logUrl}`, ...lines, `quorum ${quorum}`].map((line) => `${line}\n`).join('');
  demand(utf8(canonical).length <= TEXT_BYTES_MAX, 'policy-limit');
  const defined = checkDefinitions(log, definitions);
  demand(quorum === 'none' || defined.has(quorum), 'policy-name', definitions.length + 1);
  return { origin: log.name, log, logUrl, witnesses, groups, quorum, canonical, hash: sha256(utf8(canonical)) };
}

/** The names that are defined; each once, and each key and member too. */
function checkDefinitions(log: VerifierKey, definitions: (Witness | Group)[]): Set<string> {
  const [defined, used] = [new Set<string>(), new Set<string>()];
  const [keys, keyNames] = [new Set([hex(log.key)]), new Set([log.name])];
  const add = (set: Set<string>, item: string, at: number) => {
    demand(!set.has(item), 'policy-name', at);
    set.add(item);
  };
  definitions.forEach((definition, index) => {
    const at = index + 1;
    const { name } = definition;
    demand(isName(name), 'name-invalid', at);
    demand(name !== 'none', 'policy-name', at);
    add(defined, name, at);
    if (isWitness(definition)) {
      demand(definition.key.type === COSIGNER_KEY, 'vkey-type', at);
      add(keys, hex(definition.key.key), at);
      add(keyNames, definition.key.name, at);
      demand(isUrl(definition.url), 'policy-syntax', at);
      return;
    }
    for (const member of definition.members) {
      demand(member !== name && defined.has(member), 'policy-name', at);
      add(used, member, at);
    }
    demand(definition.needs >= 1 && definition.needs <= definition.members.length, 'policy-threshold', at);
  });
  return defined;
}

/** A note that a policy accepts. */
export interface Accepted {
  checkpoint: Checkpoint;
  cosigners: { name: string; time: number }[];
  /** The same note with no line that the policy doesn't need. */
  minimal: string;
}

/** Which policy judges a note: one for all, or of a chain that which rules its size (spec §13.17). */
export type Trust = (note: Note) => Policy;

/** Judges a note by a policy (spec §11.6). */
export function judge(policy: Policy, note: Note): Accepted {
  const checkpoint = parseCheckpoint(note.text);
  demand(checkpoint.origin === policy.origin, 'note-origin');
  const agreed = new Map<string, { line: string; time: number }>();
  let log: string | undefined;
  note.lines.forEach((line, at) => {
    if (!names(line, policy.log)) return;
    checkLogLine(policy.log, note.text, line, at);
    log ??= noteLineText(line);
  });
  demand(log !== undefined, 'note-log-signature', note.lines.length);
  for (const witness of policy.witnesses) {
    note.lines.forEach((line, at) => {
      if (!names(line, witness.key)) return;
      const time = Number(checkCosignature(witness.key, note.text, line, at));
      if (!agreed.has(witness.name)) agreed.set(witness.name, { line: noteLineText(line), time });
    });
  }
  const needed = neededFor(policy, policy.quorum, new Set(agreed.keys()));
  demand(needed !== undefined, 'cosignature-quorum', agreed.size);
  const signed = policy.witnesses.filter((witness) => needed.has(witness.name));
  const lines = signed.map((witness) => agreed.get(witness.name)!.line).join('');
  const cosigners = policy.witnesses.flatMap(({ name }) => {
    const found = agreed.get(name);
    return found === undefined ? [] : [{ name, time: found.time }];
  });
  return { checkpoint, cosigners, minimal: `${note.text}\n${log}${lines}` };
}

/** The witnesses that make `name` agree, no more than it needs; `undefined` if it doesn't. */
function neededFor(policy: Policy, name: string, agreed: Set<string>): Set<string> | undefined {
  if (name === 'none') return new Set();
  const group = policy.groups.find((it) => it.name === name);
  if (group === undefined) return agreed.has(name) ? new Set([name]) : undefined;
  const found: Set<string>[] = [];
  for (const member of group.members) {
    if (found.length === group.needs) break;
    const needed = neededFor(policy, member, agreed);
    if (needed !== undefined) found.push(needed);
  }
  return found.length === group.needs ? new Set(found.flatMap((it) => [...it])) : undefined;
}

/** Judges a note that may hold no line more than the policy needs. */
export function judgeMinimal(policy: Policy, note: Note): Accepted {
  const accepted = judge(policy, note);
  const written = `${note.text}\n${note.lines.map(noteLineText).join('')}`;
  demand(written === accepted.minimal, 'note-not-minimal');
  return accepted;
}

/** Whether a policy accepts a note. */
export function isFinal(policy: Policy, note: Note): boolean {
  try {
    judge(policy, note);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** How many cosigners may fail: one less than the fewest whose absence keeps the quorum from agreeing (spec §13.14). */
export function withstands(policy: Policy): number {
  if (policy.quorum === 'none') return 0;
  return Math.max(0, blockers(policy, policy.quorum) - 1);
}

/** The fewest witnesses without which `name` does not agree. A member stands in one group only (spec §11.5). */
function blockers(policy: Policy, name: string): number {
  const group = policy.groups.find((it) => it.name === name);
  if (group === undefined) return 1;
  const each = group.members.map((member) => blockers(policy, member)).sort((a, b) => a - b);
  return each.slice(0, group.members.length - group.needs + 1).reduce((sum, count) => sum + count, 0);
}
