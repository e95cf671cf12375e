import { type Bytes, decimal, hex, utf8 } from './bytes.js';
import { demand, FormatError } from './error.js';
import { sha256 } from './hash.js';
import { checkCosignature, type Checkpoint, COSIGNER_KEY, isName, LOG_KEY, names, type Note, noteLineText, parseCheckpoint, parseVerifierKey, type VerifierKey, verifierKeyText } from './note.js';
import { isValid } from './signature.js';

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
  definitions: string[];
}

function isUrl(word: string): boolean {
  return /^https?:\/\//.test(word);
}

class Parser {
  log?: VerifierKey;
  logUrl = '';
  readonly witnesses: Witness[] = [];
  readonly groups: Group[] = [];
  readonly definitions: string[] = [];
  quorum?: string;
  private readonly defined = new Set<string>();
  private readonly used = new Set<string>();
  private readonly keys = new Set<string>();
  private readonly keyNames = new Set<string>();

  line(words: string[], at: number): void {
    demand(this.quorum === undefined, 'policy-syntax', at);
    switch (words[0]) {
      case 'log':
        return this.logLine(words, at);
      case 'witness':
        return this.witnessLine(words, at);
      case 'group':
        return this.groupLine(words, at);
      case 'quorum':
        return this.quorumLine(words, at);
      default:
        throw new FormatError('policy-syntax', at);
    }
  }

  private key(word: string, type: number, at: number): VerifierKey {
    let key: VerifierKey;
    try {
      key = parseVerifierKey(word, type);
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(error.code, at) : error;
    }
    demand(!this.keys.has(hex(key.key)) && !this.keyNames.has(key.name), 'policy-name', at);
    this.keys.add(hex(key.key));
    this.keyNames.add(key.name);
    return key;
  }

  private name(word: string, at: number): void {
    demand(isName(word) && word !== 'none' && !this.defined.has(word), 'policy-name', at);
    this.defined.add(word);
  }

  private logLine(words: string[], at: number): void {
    demand(words.length === 3 && isUrl(words[2]!) && this.log === undefined, 'policy-syntax', at);
    this.log = this.key(words[1]!, LOG_KEY, at);
    this.logUrl = words[2]!;
  }

  private witnessLine(words: string[], at: number): void {
    demand(words.length === 4 && isUrl(words[3]!), 'policy-syntax', at);
    demand(this.witnesses.length < DEFINITIONS_MAX, 'policy-limit', at);
    const [, name, key, url] = words as [string, string, string, string];
    this.name(name, at);
    this.witnesses.push({ name, key: this.key(key, COSIGNER_KEY, at), url });
    this.definitions.push(`witness ${name} ${verifierKeyText(this.witnesses.at(-1)!.key)} ${url}`);
  }

  private groupLine(words: string[], at: number): void {
    demand(words.length >= 4, 'policy-syntax', at);
    demand(this.groups.length < DEFINITIONS_MAX, 'policy-limit', at);
    const [, name, written, ...members] = words as [string, string, string, ...string[]];
    for (const member of members) {
      demand(this.defined.has(member) && !this.used.has(member), 'policy-name', at);
      this.used.add(member);
    }
    const needs = written === 'any' ? 1 : written === 'all' ? members.length : Number(decimal(written) ?? 0n);
    demand(needs >= 1 && needs <= members.length, 'policy-threshold', at);
    this.name(name, at);
    this.groups.push({ name, written, needs, members });
    this.definitions.push(`group ${name} ${written} ${members.join(' ')}`);
  }

  private quorumLine(words: string[], at: number): void {
    demand(words.length === 2, 'policy-syntax', at);
    demand(words[1] === 'none' || this.defined.has(words[1]!), 'policy-name', at);
    this.quorum = words[1]!;
  }
}

/** Reads a policy; positions are lines. */
export function parsePolicy(written: string): Policy {
  demand(utf8(written).length <= TEXT_BYTES_MAX, 'policy-limit');
  const parser = new Parser();
  const lines = written.split('\n');
  lines.forEach((line, at) => {
    if (line.startsWith('#')) return;
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    if (words.length > 0) parser.line(words, at);
  });
  const { log, logUrl, witnesses, groups, quorum, definitions } = parser;
  demand(log !== undefined && quorum !== undefined, 'policy-syntax', lines.length - 1);
  const canonical = [`log ${verifierKeyText(log)} ${logUrl}`, ...definitions, `quorum ${quorum}`].map((line) => `${line}\n`).join('');
  return { origin: log.name, log, logUrl, witnesses, groups, quorum, canonical, hash: sha256(utf8(canonical)), definitions };
}

/** A note that a policy accepts. */
export interface Accepted {
  checkpoint: Checkpoint;
  cosigners: { name: string; time: number }[];
  /** The same note with no line that the policy doesn't need. */
  minimal: string;
}

/** Judges a note by a policy (spec §11.6). */
export function judge(policy: Policy, note: Note): Accepted {
  const checkpoint = parseCheckpoint(note.text);
  demand(checkpoint.origin === policy.origin, 'note-origin');
  const agreed = new Map<string, { line: string; time: number }>();
  let log: string | undefined;
  note.lines.forEach((line, at) => {
    if (names(line, policy.log)) {
      demand(line.signature.length === 64 && isValid(policy.log.key, utf8(note.text), line.signature), 'signature-invalid', at);
      log ??= noteLineText(line);
    }
    for (const witness of policy.witnesses) {
      if (!names(line, witness.key)) continue;
      const time = Number(checkCosignature(witness.key.key, note.text, line, at));
      if (!agreed.has(witness.name)) agreed.set(witness.name, { line: noteLineText(line), time });
    }
  });
  demand(log !== undefined, 'note-log-signature', note.lines.length);
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
