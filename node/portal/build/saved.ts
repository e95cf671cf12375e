import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** What the saved page may do: run and show what it holds itself, by its hash, and load nothing. */
function contents(script: string, style: string): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html',
  ].join('; ');
}

/** Makes one page, `verify.html`, of the page's frame and all that is built. */
export function saved(frame: string, icon: string): Plugin {
  return {
    name: 'saved',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const parts = Object.values(bundle);
      const chunks = parts.flatMap((part) => (part.type === 'chunk' ? [part.code] : []));
      const styles = parts.flatMap((part) => (part.type === 'asset' && part.fileName.endsWith('.css') ? [String(part.source)] : []));
      if (chunks.length !== 1 || styles.length !== 1 || parts.length !== 2) throw new Error('one script and one style are expected');
      // What would end the element or open a comment in it stands in texts only, where an escape changes nothing.
      const script = chunks[0]!.trim().replace(/<(?=\/script|script|!--)/gi, '\\x3C');
      const style = styles[0]!.trim();
      const address = `data:image/svg+xml;base64,${readFileSync(icon).toString('base64')}`;
      for (const name of Object.keys(bundle)) delete bundle[name];
      const page = readFileSync(frame, 'utf8')
        .replace('<meta charset="utf-8" />', (it) => `${it}\n    <meta http-equiv="Content-Security-Policy" content="${contents(script, style)}" />`)
        .replace('href="/tamga.svg"', `href="${address}"`)
        .replace(/ *<link rel="manifest".*\n/, '')
        .replace('</title>', (it) => `${it}\n    <style>${style}</style>`)
        .replace(/<script .*<\/script>/, () => `<script>${script}</script>`);
      this.emitFile({ type: 'asset', fileName: 'verify.html', source: page });
    },
  };
}
