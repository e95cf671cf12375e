// Packs the library, installs the package into a project of its own, and verifies a published receipt there.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const vectors = fileURLToPath(new URL('../../../tests/vectors/receipt/', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'tamga-verify-'));
const run = (command, arguments_, cwd) => execFileSync(command, arguments_, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const USE = `
import { readFile } from 'node:fs/promises';
import { verifyFile } from '@tamga/verify';
const policy = await readFile('policy.txt', 'utf8');
for (const name of process.argv.slice(2)) {
  const { verdict, code } = await verifyFile(await readFile(name), policy);
  console.log(name, verdict, code ?? '-');
}
`;
const EXPECTED = ['plain.tamga-receipt authentic -', 'another-record.tamga-receipt mismatch proof-root', ''].join('\n');

try {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', project], here).replace(/^[^[]*/, ''));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  writeFileSync(join(project, 'use.mjs'), USE);
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', `./${filename}`], project);
  const files = ['plain.tamga-receipt', 'another-record.tamga-receipt'];
  for (const file of [...files, 'policy.txt']) copyFileSync(join(vectors, file), join(project, file));
  const said = run('node', ['use.mjs', ...files], project);
  if (said !== EXPECTED) throw new Error(`said\n${said}instead of\n${EXPECTED}`);
  console.log('the packed library verifies');
} finally {
  rmSync(project, { recursive: true, force: true });
}
