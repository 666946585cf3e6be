import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { instant } from './schema.ts';

export const Health = z.object({
  /** `degraded` when anything it needs is not well; 503 only when that is critical. */
  status: z.enum(['healthy', 'degraded']),
  timestamp: instant,
  /** Names only: what is wrong and what to do about it is for administrators, under `GET /admin`. */
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), critical: z.boolean() })),
});

export const getHealth = endpoint({
  verb: 'GET //health',
  aliases: ['GET /health'],
  tag: 'health',
  summary: 'How the server and what it needs are; 503 when something critical is down.',
  access: 'public',
  anonymous: true,
  response: Health,
});
export const getLiveness = endpoint({
  verb: 'GET //health/live',
  aliases: ['GET /health/live', 'GET /live'],
  tag: 'health',
  summary: 'The process runs.',
  access: 'public',
  anonymous: true,
  response: z.object({ status: z.literal('alive') }),
});
export const getReadiness = endpoint({
  verb: 'GET //health/ready',
  aliases: ['GET /health/ready', 'GET /ready'],
  tag: 'health',
  summary: 'The server can answer; 503 while it starts, stops or misses something critical.',
  access: 'public',
  anonymous: true,
  response: z.object({ status: z.enum(['ready', 'unavailable']), checks: Health.shape.checks }),
});
