import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEventBus } from '../events/create-event-bus.ts';
import { createJobEngine } from '../jobs/job-engine.ts';
import { defineJob } from '../jobs/job.ts';
import { SettingEntity } from '../settings/setting.entity.ts';
import { createTestDatabase, testDialects } from './database.testing.ts';
import type { TestDatabase } from './database.testing.ts';
import { openDatabase } from './open-database.ts';
import type { OpenDatabase } from './open-database.ts';

const logger = pino({ enabled: false });
const term = (name: string) => ({ kind: 'genre', name, folded_name: name });

/** Stands between the database and its server, so that the server can go away and come back. */
class Line {
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(target: { host: string; port: number }) {
    this.#target = target;
  }

  async open(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(this.#target);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}

describe.skipIf(!testDialects.includes('postgresql'))('PostgreSQL that comes and goes', () => {
  let test: TestDatabase;
  let line: Line;
  let database: OpenDatabase;
  beforeEach(async () => {
    test = await createTestDatabase('postgresql');
    const url = new URL(test.options.url!);
    line = new Line({ host: url.hostname, port: Number(url.port) });
    await line.open();
    url.port = String(line.port);
    database = await openDatabase({ ...test.options, url: url.href, entities: [SettingEntity] });
  });
  afterEach(async () => {
    await database.close();
    await line.cut();
    await test.remove();
  });

  it('fails with a code while it is away, and works again by itself', { timeout: 30_000 }, async () => {
    await database.insert('terms', [term('before')]);
    await line.cut();
    await expect(database.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(database.all('select 1 as one')).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(database.transaction((queries) => queries.all('select 1 as one'))).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    const orm = database.fork();
    orm.create(SettingEntity, { key: 'k', value: {}, updatedAt: 1 });
    await expect(orm.flush()).rejects.toMatchObject({ code: 'database_unavailable' });
    await line.open();
    await database.ping();
    expect(await database.all('select name from terms')).toEqual([{ name: 'before' }]);
  });

  it(
    'comes through several cuts under load: what was confirmed is there, what failed has a code',
    { timeout: 60_000 },
    async () => {
      const confirmed: string[] = [];
      const codes = new Set<unknown>();
      let going = true;
      const load = Array.from({ length: 8 }, async (_, who) => {
        for (let n = 0; going; n += 1) {
          const name = `${who}-${n}`;
          await database
            .transaction((queries) => queries.insert('terms', [term(name)]))
            .then(
              () => confirmed.push(name),
              async (error: { code?: unknown }) => {
                codes.add(error.code);
                await delay(5);
              },
            );
        }
      });
      for (let cut = 0; cut < 5; cut += 1) {
        await delay(100);
        await line.cut();
        await delay(50);
        await line.open();
      }
      await delay(200);
      going = false;
      await Promise.all(load);
      const stored = new Set((await database.all<{ name: string }>('select name from terms')).map(({ name }) => name));
      expect(confirmed.filter((name) => !stored.has(name))).toEqual([]);
      expect([...codes]).toEqual(['database_unavailable']);
      expect(confirmed.length).toBeGreaterThan(50);
    },
  );

  it('is waited for by a running job, which repeats no step and counts no try', { timeout: 30_000 }, async () => {
    const ran: number[] = [];
    const engine = createJobEngine({ database, events: createEventBus(logger), logger, pollMs: 50 });
    engine.register([
      defineJob({
        name: 'patient',
        title: 'Patient',
        input: z.any(),
        async run(_, context) {
          for (let step = 0; step < 6; step += 1) {
            await context.step(`step ${step}`, async () => {
              ran.push(step);
              if (step === 2) await line.cut();
              if (step === 2) setTimeout(() => void line.open(), 300);
            });
          }
          return context.attempt;
        },
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('patient', {});
    await delay(600);
    expect(await engine.finished(id)).toBe(1);
    expect(ran).toEqual([0, 1, 2, 3, 4, 5]);
    await engine.close();
  });

  it('stops a query that takes too long', { timeout: 60_000 }, async () => {
    await database.run('select 1');
    const slow = database.transaction(async (queries) => {
      await queries.run('set local statement_timeout = 50');
      await queries.all('select pg_sleep(5)');
    });
    await expect(slow).rejects.toMatchObject({ code: 'timeout' });
  });

  it('resolves deadlocks by running a transaction again', { timeout: 30_000 }, async () => {
    await database.insert(
      'settings',
      ['a', 'b'].map((key) => ({ key, value: '0', updated_at: 0 })),
    );
    const raise = (first: string, second: string) =>
      database.transaction(async (queries) => {
        await queries.run('update settings set updated_at = updated_at + 1 where key = ?', [first]);
        await delay(50);
        await queries.run('update settings set updated_at = updated_at + 1 where key = ?', [second]);
      });
    await Promise.all([raise('a', 'b'), raise('b', 'a')]);
    expect(await database.all('select updated_at from settings')).toEqual([{ updated_at: 2 }, { updated_at: 2 }]);
  });
});
