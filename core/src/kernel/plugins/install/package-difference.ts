import type { Manifest } from '@vitascope/sdk';
import { contributionsOf } from '../plugin-view.ts';
import type { PackageDifference } from './install.schema.ts';

/** What a manifest brings, one line for each. */
function linesOf(manifest: Manifest | undefined): string[] {
  const c = contributionsOf(manifest?.contributes ?? {});
  return [
    ...c.providers.map(({ contract, kind, methods }) => `provider ${contract} ${kind}: ${methods.join(', ')}`),
    ...c.hooks.map(({ verb, name }) => `hook ${verb} ${name}`),
    ...c.routes.map(({ verb, access }) => `route ${verb} (${access})`),
    ...c.jobs.map(({ name, schedule }) => `job ${name}${schedule ? ` at ${schedule}` : ''}`),
    ...c.pages.map(({ path }) => `page ${path}`),
    ...c.widgets.map(({ id }) => `widget ${id}`),
    ...c.actions.map(({ id }) => `action ${id}`),
    ...c.collections.map((name) => `collection ${name}`),
  ];
}

export interface Side {
  manifest: Manifest | undefined;
  permissions: readonly string[];
}

/** What an update changes, for the person who is to agree. */
export function differenceOf(before: Side, after: Side): PackageDifference {
  return {
    permissions: changes(before.permissions, after.permissions),
    contributions: changes(linesOf(before.manifest), linesOf(after.manifest)),
  };
}

const changes = (before: readonly string[], after: readonly string[]): { added: string[]; removed: string[] } => ({
  added: after.filter((line) => !before.includes(line)),
  removed: before.filter((line) => !after.includes(line)),
});
