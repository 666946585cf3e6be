import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { Conn, Ctx } from '../context.ts';
import { defineContract, feed, method, optional, type AskInput, type AskOutput, type MethodsOf } from '../contract.ts';
import type { MediaEntry, MediaType, Page } from '../media.ts';
import type { Out } from '../schema.ts';
import type { localMetadata, LocalMetadataMethods } from './local-metadata.ts';
import { metadata, type MetadataMethods } from './metadata.ts';

describe('contracts, as the compiler sees them', () => {
  it('have hand-written interfaces that say what their schemas say', () => {
    expectTypeOf<Required<MetadataMethods<Ctx>>>().toExtend<Required<MethodsOf<typeof metadata>>>();
    expectTypeOf<Required<MethodsOf<typeof metadata>>>().toExtend<Required<MetadataMethods<Ctx>>>();
    expectTypeOf<Required<LocalMetadataMethods<Ctx>>>().toExtend<Required<MethodsOf<typeof localMetadata>>>();
    expectTypeOf<Required<MethodsOf<typeof localMetadata>>>().toExtend<Required<LocalMetadataMethods<Ctx>>>();
    expectTypeOf<AskOutput<typeof metadata, 'search'>>().toEqualTypeOf<Page<MediaEntry>>();
    expectTypeOf<AskInput<typeof metadata, 'get'>['id']>().toEqualTypeOf<string>();
  });

  it('infer settings and client from the data', () => {
    const settings = z.object({ url: z.url(), page: z.int().default(1) });
    metadata(
      {
        kind: 'k',
        name: 'K',
        media: ['movie'],
        settings,
        http: (c) => {
          expectTypeOf(c.settings).toEqualTypeOf<{ url: string; page: number }>();
          return {};
        },
        open: async (c) => {
          expectTypeOf(c.settings.page).toEqualTypeOf<number>();
          return { socket: 7 };
        },
      },
      {
        check: async (_, c) => {
          expectTypeOf(c.client.socket).toEqualTypeOf<number>();
          expectTypeOf(c.settings).toEqualTypeOf<Out<typeof settings>>();
        },
        search: async (input) => {
          expectTypeOf(input.year).toEqualTypeOf<number | undefined>();
          return { items: [] };
        },
        get: async ({ id, type }) => ({ id, type, title: id }),
      },
    );
  });

  it('turn mistakes into type errors', () => {
    const data = { kind: 'k', name: 'K', media: ['movie'] as 'movie'[] };
    const get = async ({ id, type }: { id: string; type: MediaType }) => ({ id, type, title: id });
    const check = async () => {};
    const search = async () => ({ items: [] });
    const build = () => {
      // @ts-expect-error a required method is missing
      metadata(data, { check, get });
      // @ts-expect-error misspelt
      metadata(data, { check, search, get, childern: search });
      // @ts-expect-error a fact is missing
      metadata({ kind: 'k', name: 'K' }, { check, search, get });
      // @ts-expect-error a wrong answer
      metadata(data, { check, search: async () => ({ items: [{ id: 7 }] }), get });
      // @ts-expect-error the Test button is missing
      metadata(data, { search, get });
    };
    expectTypeOf(build).toBeFunction();
  });

  it('cost one file: feeds and optional methods are derived', () => {
    const clock = defineContract('clock@1', z.object({}), {
      now: method(z.object({}), z.object({ at: z.string() })),
      ticks: feed(z.object({ every: z.int() }), z.object({ n: z.int() })),
      stop: optional(method(z.object({}), z.void())),
    });
    expectTypeOf<AskOutput<typeof clock, 'ticks'>>().toEqualTypeOf<AsyncIterable<{ n: number }>>();
    clock(
      { kind: 'wall', name: 'Wall' },
      {
        check: async () => {},
        now: async (_, c) => {
          expectTypeOf(c).toExtend<Conn>();
          return { at: '' };
        },
        async *ticks({ every }) {
          yield { n: every };
        },
      },
    );
  });
});
