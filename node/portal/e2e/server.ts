import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a node answers beside the page; null for 404. */
export type Api = (path: string) => { status?: number; body: string } | null;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Serves the built page as a node does, under its policy of contents, and answers for its interface. */
export async function serve(api: Api): Promise<{ server: Server; url: string }> {
  const policy = (await readFile(join(ROOT, 'content-security-policy.txt'), 'utf8')).trim().split('\n').join('; ');
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const answer = api(path);
    if (answer) return response.writeHead(answer.status ?? 200, { 'content-type': 'text/plain' }).end(answer.body);
    const file = /^\/(kk|ru|en)?$/.test(path) ? '/index.html' : path;
    try {
      const content = await readFile(join(ROOT, 'dist', file));
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
