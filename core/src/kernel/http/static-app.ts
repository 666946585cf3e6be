import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { Exchange } from './exchange.ts';
import type { PageHandler } from './http-options.ts';
import { pagePolicy, scriptPolicy } from './security-headers.ts';
import type { SendFile } from './send-file.ts';

export interface StaticAppOptions {
  /** The built web app; the folder has `200.html`. */
  folder: string;
  sendFile: SendFile;
}

/** Stands in the build where the base path belongs. */
const basePlaceholder = '/__vitascope_base__';
/** Files with a hash in their name never change. */
const immutable = /^\/_app\/immutable\//;
const compressible = /\.(?:html|js|mjs|css|svg|json|webmanifest|txt|wasm|map|xml)$/;
const leastCompressed = 1024;
const mostPages = 20;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.map': 'application/json; charset=utf-8',
};

export const contentTypeOf = (path: string): string => types[extname(path).toLowerCase()] ?? 'application/octet-stream';

/** Bytes as they are and as they travel. */
export interface Packed {
  raw: Buffer;
  etag: string;
  br: Buffer | undefined;
  gzip: Buffer | undefined;
}

/** A page for one base path, with the policy that allows its own inline scripts and no others. */
interface Page {
  packed: Promise<Packed>;
  policy: string;
}

/**
 * Serves the built web app: hashed files forever, everything else by entity tag, and `200.html` for the app's own
 * addresses. Returns undefined when there is no build.
 */
export function createStaticApp({ folder, sendFile }: StaticAppOptions): PageHandler | undefined {
  const fallback = join(folder, '200.html');
  if (!existsSync(fallback)) return undefined;
  let build = readBuild(folder, fallback);

  return async function serveApp(exchange, path) {
    const name = decodedPath(path);
    if (name === undefined || !immutable.test(name)) build = latest(build);
    const { files } = build;
    const file = name === undefined ? undefined : files.get(name);
    if (file !== undefined && name !== undefined && name !== '/200.html') {
      await serveFile(exchange, name, file);
      return true;
    }
    // A missing script must not become a page: the browser would complain of its type instead of its absence.
    if (name === undefined || immutable.test(name) || /\.(?:js|css|map|png|svg|woff2)$/.test(name)) return false;
    await servePage(exchange, pageFor(exchange.facts.basePath));
    return true;
  };

  /** Somebody who builds beside a running server gets page and files of one build, never a page of the last with files of this. */
  function latest(known: Build): Build {
    const changedAt = statSync(fallback, { throwIfNoEntry: false })?.mtimeMs;
    return changedAt === undefined || changedAt === known.changedAt ? known : readBuild(folder, fallback);
  }

  function pageFor(basePath: string): Page {
    const { pages, html } = build;
    const known = pages.get(basePath);
    if (known) return known;
    if (pages.size >= mostPages) pages.clear();
    const text = html.replaceAll(basePlaceholder, basePath);
    const bytes = Buffer.from(text);
    const page = {
      packed: pack(bytes, '.html'),
      policy: pagePolicy({ scriptHashes: inlineScriptHashes(text) }),
    };
    pages.set(basePath, page);
    return page;
  }

  async function serveFile(exchange: Exchange, name: string, file: string): Promise<void> {
    const cacheControl = immutable.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache';
    exchange.set('Cross-Origin-Resource-Policy', 'same-origin');
    if (/\.m?js$/.test(name)) exchange.set('Content-Security-Policy', scriptPolicy);
    if (!compressible.test(name)) {
      return sendFile({ http: exchange }, { path: file, contentType: contentTypeOf(name), cacheControl });
    }
    const { basePath } = exchange.facts;
    const key = `${basePath} ${name}`;
    const { packedFiles } = build;
    if (packedFiles.size > 5000) packedFiles.clear();
    let packed = packedFiles.get(key);
    if (!packed) {
      packed = loadFile(file, basePath);
      packedFiles.set(key, packed);
      // What could not be read this time may be there the next; who asked hears of it below.
      packed.catch(() => packedFiles.delete(key));
    }
    const content = await packed;
    exchange.set('Content-Type', contentTypeOf(name));
    exchange.set('Cache-Control', cacheControl);
    sendPacked(exchange, content);
  }
}

/** What the build holds, and what was made of it. */
interface Build {
  changedAt: number;
  html: string;
  files: ReadonlyMap<string, string>;
  pages: Map<string, Page>;
  packedFiles: Map<string, Promise<Packed>>;
}

const readBuild = (folder: string, fallback: string): Build => ({
  changedAt: statSync(fallback).mtimeMs,
  html: readFileSync(fallback, 'utf8'),
  files: listFiles(folder),
  pages: new Map(),
  packedFiles: new Map(),
});

async function servePage(exchange: Exchange, page: Page): Promise<void> {
  exchange.set('Content-Type', 'text/html; charset=utf-8');
  exchange.set('Cache-Control', 'no-cache');
  exchange.set('Content-Security-Policy', page.policy);
  sendPacked(exchange, await page.packed);
}

/** Sends the smallest form the client takes. */
export function sendPacked(exchange: Exchange, content: Packed): void {
  const { etag } = content;
  exchange.set('Vary', 'Accept-Encoding');
  exchange.set('ETag', etag);
  if (
    exchange
      .header('if-none-match')
      .split(',')
      .some((tag) => tag.trim().replace(/^W\//, '') === etag)
  ) {
    return exchange.sendBytes(304, undefined);
  }
  const accepted = exchange.header('accept-encoding');
  const encoding =
    content.br && /\bbr\b/.test(accepted) ? 'br' : content.gzip && /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  if (encoding) exchange.set('Content-Encoding', encoding);
  exchange.sendBytes(200, (encoding && content[encoding]) ?? content.raw);
}

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Compresses once; the result is kept for as long as the server runs. */
export async function pack(raw: Buffer, name: string): Promise<Packed> {
  const etag = `"${createHash('sha256').update(raw).digest('base64url').slice(0, 22)}"`;
  if (raw.length < leastCompressed || !compressible.test(name)) return { raw, etag, br: undefined, gzip: undefined };
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } };
  const [br, gz] = await Promise.all([brotli(raw, quality), gzipped(raw, { level: 7 })]);
  return { raw, etag, br, gzip: gz };
}

async function loadFile(file: string, basePath: string): Promise<Packed> {
  const bytes = readFileSync(file);
  const text = /\.(?:js|css|webmanifest|json|html)$/.test(file) && bytes.includes(basePlaceholder);
  return pack(text ? Buffer.from(bytes.toString('utf8').replaceAll(basePlaceholder, basePath)) : bytes, file);
}

/** `/_app/x.js` → its place on the disk. Only what the build put there is served, so no address leads outside. */
function listFiles(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(?:br|gz)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, file).split(sep).join('/')}`, file);
  }
  return files;
}

function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch (malformed) {
    if (malformed instanceof URIError) return undefined;
    throw malformed;
  }
}

function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, source = '']) => `sha256-${createHash('sha256').update(source).digest('base64')}`,
  );
}
