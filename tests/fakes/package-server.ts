import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha512Of } from '../../core/src/kernel/plugins/install/integrity.ts';

/** A small npm registry and plugin index on loopback: package descriptions, tarballs, `/index.json`. */
export interface PackageServer {
  /** Without a slash at the end; also the registry's address. */
  readonly url: string;
  /** Publishes a version as `npm publish` would; it becomes `latest`. */
  publish(name: string, version: string, tarball: Buffer): void;
  /** Lists a plugin in the index; `integrity` is that of the bytes unless told. */
  list(entry: { id: string; version: string; sdk?: string; name?: string; integrity?: string }, tarball: Buffer): void;
  close(): Promise<void>;
}

export async function startPackageServer(): Promise<PackageServer> {
  const files = new Map<string, Buffer>();
  const packages = new Map<string, Record<string, Buffer>>();
  const plugins = new Map<string, Record<string, unknown>>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1);
    const body = path === 'index.json' ? indexOf(plugins) : (files.get(path) ?? describe(path, { packages, server }));
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader('content-type', files.has(path) ? 'application/octet-stream' : 'application/json');
    response.end(body ?? JSON.stringify({ error: 'Not found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: addressOf(server),
    publish(name, version, tarball) {
      packages.set(name, { ...packages.get(name), [version]: tarball });
      files.set(fileOf(name, version), tarball);
    },
    list({ id, version, sdk = '^0.1.0', name = id, integrity }, tarball) {
      const file = `tarballs/${id}-${version}.tgz`;
      files.set(file, tarball);
      const description = `The plugin ${id}.`;
      plugins.set(id, {
        id,
        name,
        description,
        version,
        sdk,
        tarball: file,
        integrity: integrity ?? sha512Of(tarball),
      });
    },
    close: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const fileOf = (name: string, version: string): string => `${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
const indexOf = (plugins: ReadonlyMap<string, object>): string =>
  JSON.stringify({ format: 1, plugins: [...plugins.values()] });

/** What the registry says of a package: the abbreviated form that clients ask for. */
function describe(
  name: string,
  { packages, server }: { packages: ReadonlyMap<string, Record<string, Buffer>>; server: Server },
): string | undefined {
  const versions = packages.get(name);
  if (!versions) return undefined;
  const described = Object.entries(versions).map(([version, tarball]) => {
    const dist = { tarball: `${addressOf(server)}/${fileOf(name, version)}`, integrity: sha512Of(tarball) };
    return [version, { name, version, dist }] as const;
  });
  const latest = Object.keys(versions).at(-1);
  return JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(described) });
}
