import { createHash } from 'node:crypto';
import type { Manifest } from '@vitascope/sdk';
import type { z } from 'zod';
import type { Caller } from '../http/endpoint.ts';
import type { PluginAssets } from './plugin-assets.ts';
import type { block, UiManifest } from './plugins.schema.ts';

type Contributions = Manifest['contributes'];
type Access = 'public' | 'guest' | 'user' | 'admin';
type Shown = { module?: string; styles?: string[]; show?: Declared[] };
type Declared = NonNullable<NonNullable<Contributions['pages']>[number]['show']>[number];
type Block = z.input<typeof block>;

/** An active plugin, as far as the app is concerned. */
export interface UiSource {
  manifest: Manifest;
  version: string;
  assets: PluginAssets;
}

const ranks: Record<Access, number> = { public: 0, guest: 1, user: 2, admin: 3 };
const rankOf = (caller: Caller | undefined): number => (caller ? ranks[caller.role] : 0);

/** What these plugins add to the app, for one caller. */
export function createUiManifest(sources: readonly UiSource[], caller: Caller | undefined): UiManifest {
  const rank = rankOf(caller);
  const maySee = ({ access = 'user' }: { access?: Access }) => ranks[access] <= rank;
  const pages = sources.flatMap((source) =>
    (source.manifest.contributes.pages ?? []).filter(maySee).map((page) => ({
      plugin: source.manifest.id,
      path: page.path,
      href: `/app/plugins/${source.manifest.id}/${page.path}`,
      title: page.title,
      ...(page.icon && { icon: page.icon }),
      access: page.access ?? ('user' as const),
      ...contentOf(source, page),
      nav: page.nav ?? false,
    })),
  );
  const widgets = sources.flatMap((source) =>
    (source.manifest.contributes.widgets ?? []).filter(maySee).map((widget) => ({
      plugin: source.manifest.id,
      id: widget.id,
      title: widget.title,
      size: widget.size ?? ('small' as const),
      ...contentOf(source, widget),
    })),
  );
  const actions = sources.flatMap((source) =>
    (source.manifest.contributes.actions ?? [])
      .filter(({ route }) => maySee(routeOf(source.manifest, route) ?? { access: 'admin' }))
      .map(({ route, types = [], ...action }) => ({
        plugin: source.manifest.id,
        ...action,
        types,
        target: requestOf(source.manifest, route),
      })),
  );
  const body = {
    plugins: sources.map(({ manifest, version }) => ({ id: manifest.id, name: manifest.name, version })),
    pages: pages.map(({ nav: _nav, ...page }) => page),
    nav: pages
      .filter(({ nav }) => nav)
      .map(({ plugin, href, title, icon }) => ({ plugin, href, title, ...(icon && { icon }) })),
    widgets,
    actions,
  };
  return { version: createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16), ...body };
}

function contentOf(source: UiSource, { module, styles = [], show }: Shown) {
  const { manifest, assets } = source;
  const address = (file: string) => `/api/v1/plugins/${manifest.id}/assets/${assets.hash}/${file}`;
  return {
    ...(module && { module: { url: address(module), styles: styles.map(address) } }),
    ...(show && { show: show.map((declared) => blockOf(manifest, declared)) }),
  };
}

function blockOf(manifest: Manifest, declared: Declared): Block {
  const title = declared.title === undefined ? {} : { title: declared.title };
  if ('table' in declared) {
    const columns = declared.columns.map((key) => ({
      key,
      title: titleOf(key),
      ...formatOf(manifest, declared.table.route, key),
    }));
    return { kind: 'table', ...title, source: requestOf(manifest, declared.table.route), columns };
  }
  if ('stats' in declared) return { kind: 'stats', ...title, source: requestOf(manifest, declared.stats.route) };
  if ('form' in declared) return { kind: 'form', ...title, target: requestOf(manifest, declared.form.route) };
  const { action, confirm } = declared;
  const target = 'route' in action ? requestOf(manifest, action.route) : jobRequest(manifest, action.job);
  return { kind: 'action', title: declared.title, ...(confirm && { confirm }), target };
}

const routeOf = ({ contributes }: Manifest, verb: string) => contributes.routes?.find((route) => route.verb === verb);

function requestOf(manifest: Manifest, verb: string) {
  const [method, path] = verb.split(' ') as [string, string];
  const schema = routeOf(manifest, verb)?.input;
  return { method, url: `/plugins/${manifest.id}${path}`, ...(schema && { schema }) };
}

function jobRequest(manifest: Manifest, name: string) {
  const schema = manifest.contributes.jobs?.find((job) => job.name === name)?.input;
  return { method: 'POST', url: `/plugins/${manifest.id}/jobs/${name}`, ...(schema && { schema }) };
}

/** `releaseDate` → `Release date`. */
function titleOf(key: string): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `date-time` of the rows' JSON Schema, so that the app shows times as times. */
function formatOf(manifest: Manifest, verb: string, key: string): { format?: string } {
  const output = routeOf(manifest, verb)?.output as any;
  const format = output?.properties?.items?.items?.properties?.[key]?.format;
  return typeof format === 'string' ? { format } : {};
}
