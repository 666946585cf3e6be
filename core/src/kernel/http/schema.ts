import { z } from 'zod';

/** Pieces that many endpoints share. */
export const numericId = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
export const idParams = z.object({ id: numericId });
export const uuidParams = z.object({ id: z.uuid() });
export const instant = z.iso.datetime({ offset: true });

/** A query member that may be given once or several times, or comma-separated: `type=movie,show`. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) =>
      value === undefined ? undefined : (Array.isArray(value) ? value : [value]).flatMap((v) => String(v).split(',')),
    z.array(item).max(100).optional(),
  );

export const pageQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(20),
});

/** A numbered page of anything. `total` counts all matches. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), page: z.int(), pageSize: z.int(), total: z.int() });

export const listResponse = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });
export const ok = z.object({ ok: z.literal(true) });
/** The answer of an endpoint whose response is `ok`. */
export const done: z.output<typeof ok> = { ok: true };
