import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { connect } from 'node:net';
import { removeFolder, temporaryFolder } from './folder.ts';
import { eventually, freePort, startChild } from './processes.ts';
import { programs } from './programs.ts';

export interface RunningNginx {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What it logged. */
  logs(): string;
  stop(): Promise<void>;
}

export interface NginxOptions {
  /** The contents of the `server { }` block, without `listen`. */
  server: string;
  workers?: number;
}

/** A private nginx on a free port of loopback. Throws when nginx is not installed. */
export async function startNginx({ server, workers = 1 }: NginxOptions): Promise<RunningNginx> {
  const nginx = programs.nginx.find();
  if (!nginx) throw new Error(`nginx is not installed: ${programs.nginx.otherwise}.`);
  const folder = temporaryFolder('vitascope-nginx');
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = `
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    daemon off;
    worker_processes ${workers};
    pid ${folder}/nginx.pid;
    error_log stderr warn;
    events { worker_connections 1024; }
    http {
      access_log off;
      sendfile on;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n      ')}
      server { listen 127.0.0.1:${port}; ${server} }
    }`;
  writeFileSync(path.join(folder, 'nginx.conf'), config);
  const child = startChild(nginx, ['-p', folder, '-e', 'stderr', '-c', path.join(folder, 'nginx.conf')]);
  await eventually('nginx listening', () => accepts(port), { child });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.process.pid ?? 0,
    logs: child.output,
    async stop() {
      await child.end('SIGTERM');
      removeFolder(folder);
    },
  };
}

const accepts = (port: number): Promise<true> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', reject);
  });
