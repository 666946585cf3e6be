import { readJson } from '../database/database.ts';
import type { JobState } from './job.ts';

/** A row of the table `jobs`, as the database hands it over. */
export interface JobRow {
  id: string;
  name: string;
  plugin_id: string | null;
  title: string;
  state: JobState;
  input: unknown;
  dedupe_key: string | null;
  priority: number;
  attempt: number;
  max_attempts: number;
  run_at: number;
  done: number;
  total: number | null;
  note: string;
  result: unknown;
  error: unknown;
  account_id: string | null;
  parent_id: string | null;
  lease_owner: string | null;
  lease_until: number | null;
  cancel_requested: number | boolean;
  recoveries: number;
  created_at: number;
  updated_at: number;
  started_at: number | null;
  finished_at: number | null;
}

export interface StoredError {
  code: string;
  message: string;
  fix?: string | undefined;
}

export interface JobEventLine {
  at: number;
  level: 'info' | 'warn' | 'error';
  message: string;
  data?: object | undefined;
}

export const activeStates = ['queued', 'running', 'waiting'] as const satisfies readonly JobState[];
export const isActive = (state: string): boolean => (activeStates as readonly string[]).includes(state);

/** JSON has no `undefined`, and a column's null means "nothing kept": so values are kept in a box. */
export const box = (value: unknown): string => JSON.stringify({ value });
export const unbox = (stored: unknown): unknown => readJson<{ value?: unknown }>(stored, {}).value;
