import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Puts the list of the built files into the worker that keeps them for times without a connection. */
export function offline(worker: string): Plugin {
  let fixed = '';
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      fixed = config.publicDir;
    },
    generateBundle(_, bundle) {
      const built = Object.values(bundle).map((file): [string, string | Uint8Array] => [
        file.fileName === 'index.html' ? '' : file.fileName,
        file.type === 'chunk' ? file.code : file.source,
      ]);
      const copied = readdirSync(fixed).map((name): [string, Uint8Array] => [name, readFileSync(join(fixed, name))]);
      const files = [...built, ...copied].sort(([one], [other]) => (one < other ? -1 : 1));
      const version = createHash('sha256');
      for (const [name, content] of files) version.update(name).update(content);
      const source = readFileSync(worker, 'utf8')
        .replace("'__FILES__'", files.map(([name]) => `'/${name}'`).join(', '))
        .replace('__VERSION__', version.digest('hex').slice(0, 16));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}
