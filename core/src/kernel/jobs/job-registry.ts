import type { JobDefinition } from './job.ts';

/** Whose jobs belong to the server itself; any other owner is a plugin's id. */
export const coreOwner = 'core';

export interface RegisteredJob {
  definition: JobDefinition;
  owner: string;
}

/** The jobs that can run at present. Plugins bring theirs and take them away while the server runs. */
export interface JobRegistry {
  add(definitions: readonly JobDefinition[], owner: string): void;
  removeOwner(owner: string): void;
  find(name: string): RegisteredJob | undefined;
  all(): RegisteredJob[];
  /** Names of jobs that may be taken up when so many of each are running. */
  free(running: ReadonlyMap<string, number>): string[];
}

export function createJobRegistry(): JobRegistry {
  const jobs = new Map<string, RegisteredJob>();
  return {
    add(definitions, owner) {
      for (const { name } of definitions) {
        const other = jobs.get(name);
        if (other) throw new Error(`The job ${name} of ${owner} exists already; ${other.owner} brings it.`);
      }
      for (const definition of definitions) jobs.set(definition.name, { definition, owner });
    },
    removeOwner(owner) {
      for (const [name, job] of jobs) if (job.owner === owner) jobs.delete(name);
    },
    find: (name) => jobs.get(name),
    all: () => [...jobs.values()],
    free: (running) =>
      [...jobs.values()]
        .filter(({ definition }) => (running.get(definition.name) ?? 0) < (definition.concurrency ?? Infinity))
        .map(({ definition }) => definition.name),
  };
}

/** The title of a job before its input is known. */
export const titleOf = ({ title, name }: JobDefinition): string => (typeof title === 'string' ? title : name);
