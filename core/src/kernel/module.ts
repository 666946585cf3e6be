import type { Route } from './http/endpoint.ts';
import type { JobDefinition, Schedule } from './jobs/job.ts';
import type { HealthCheck } from './http/health.ts';

/** What a domain brings to the server: inert data, listed by `wiring.ts`, entered by `main.ts`. */
export interface DomainModule {
  name: string;
  routes?: readonly Route[];
  jobs?: readonly JobDefinition[];
  schedules?: readonly Schedule[];
  health?: readonly HealthCheck[];
  /** Runs once after migrations, before the server listens. */
  start?(signal: AbortSignal): Promise<void>;
  /** Runs once at shutdown, newest module first. */
  stop?(): Promise<void>;
}
