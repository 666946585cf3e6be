import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Exchange } from './exchange.ts';
import type { PageHandler } from './http-options.ts';
import { contentTypeOf, pack, sendPacked, type Packed } from './static-app.ts';

const files = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

/** Swagger UI sets styles from script and has its pictures inline; it loads nothing from elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const page = (base: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Vitascope API</title>
    <link rel="stylesheet" href="${base}/docs/swagger-ui.css" />
    <link rel="icon" href="${base}/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="reference"></div>
    <script src="${base}/docs/swagger-ui-bundle.js"></script>
    <script src="${base}/docs/start.js"></script>
  </body>
</html>
`;

/** Changes asked for from this page carry the session's CSRF token, like those of the app. */
const start = (
  base: string,
): string => `const csrf = () => (/(?:^|; )vitascope_csrf=([^;]*)/.exec(document.cookie) ?? [])[1];
SwaggerUIBundle({
  url: '${base}/api/v1/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
  docExpansion: 'list',
  filter: true,
  requestInterceptor(request) {
    const token = csrf();
    if (token) request.headers['x-csrf-token'] = decodeURIComponent(token);
    return request;
  },
});
`;

/** `/docs`: the API reference, from files of this server alone. */
export function createDocsPage(): PageHandler {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const packed = new Map<string, Promise<Packed>>();

  return async function serveDocs(exchange, path) {
    const { basePath } = exchange.facts;
    if (path === '/docs' || path === '/docs/') return send(exchange, 'index.html', page(basePath));
    if (path === '/docs/start.js') return send(exchange, 'start.js', start(basePath));
    const name = path.startsWith('/docs/') ? path.slice(6) : '';
    return files.has(name) ? send(exchange, name, undefined) : false;
  };

  async function send(exchange: Exchange, name: string, text: string | undefined): Promise<true> {
    const key = text ?? name;
    let content = packed.get(key);
    if (!content) {
      content = pack(text === undefined ? readFileSync(join(folder, name)) : Buffer.from(text), name);
      if (packed.size > 50) packed.clear();
      packed.set(key, content);
    }
    const ready = await content;
    exchange.set('Content-Type', contentTypeOf(name));
    exchange.set('Cache-Control', 'no-cache');
    exchange.set('Content-Security-Policy', policy);
    sendPacked(exchange, ready);
    return true;
  }
}
