import 'reflect-metadata';
import { container, instanceCachingFactory, type DependencyContainer, type InjectionToken } from 'tsyringe';
import type { HttpServer } from './kernel/http/http-server.ts';
import { createSendFile } from './kernel/http/send-file.ts';
import type { JobEngine } from './kernel/jobs/job-engine.ts';
import type { DomainModule } from './kernel/module.ts';
import type { Plugins } from './kernel/plugins/create-plugins.ts';
import type { CatalogService } from './domains/catalog/catalog.service.ts';
import { createCatalogStore } from './domains/catalog/catalog-store.ts';
import { createPluginCatalog } from './domains/catalog/plugin-catalog.ts';
import { Accounts } from './domains/identity/accounts.ts';
import type { IdentityService } from './domains/identity/identity.service.ts';
import { fileSummaries, LibraryFiles } from './domains/library/file-reader.ts';
import { LibraryStore } from './domains/library/library-store.ts';
import { playedItems } from './domains/tracking/item-keeper.ts';
import type { Foundation } from './foundation.ts';
import { makeJobs, makePlugins, makeIdentity } from './wiring/kernel.ts';
import { makeCatalog, makePictures } from './wiring/catalog.ts';
import { makeLibraries } from './wiring/library.ts';
import { makePlayback, makeTracking } from './wiring/playback.ts';
import { makeModules } from './wiring/modules.ts';
import { makeHttp } from './wiring/http.ts';
import {
  type Get,
  type Token,
  ACCOUNTS,
  CATALOG,
  CATALOG_STORE,
  HTTP,
  IDENTITY,
  JOBS,
  LIBRARY_FILES,
  LIBRARY_STORE,
  MODULES,
  PICTURES,
  PLAYBACK,
  PLUGIN_CATALOG,
  PLUGINS,
  LIBRARIES,
  SEND_FILE,
  TRACKING,
} from './wiring/tokens.ts';

export interface Server {
  http: HttpServer;
  jobs: JobEngine;
  plugins: Plugins;
  identity: IdentityService;
  catalog: CatalogService;
  /** In the order in which they start. */
  modules: readonly DomainModule[];
  /** Resolves when the demo library, where one is shown, has been scanned once. */
  demoScanned(): Promise<void>;
}

/** Builds every part of the server once, lazily, from the foundation. Nothing runs yet. */
export function wire(foundation: Foundation): Server {
  const scope = container.createChildContainer();
  const get: Get = (wanted) => scope.resolve(wanted.key as InjectionToken<never>);
  const provide = <T>(made: Token<T>, make: (foundation: Foundation, get: Get) => T): DependencyContainer =>
    scope.register(made.key, { useFactory: instanceCachingFactory(() => make(foundation, get)) });

  provide(JOBS, makeJobs);
  provide(PLUGINS, makePlugins);
  provide(ACCOUNTS, ({ database }) => new Accounts(database));
  provide(IDENTITY, makeIdentity);
  provide(CATALOG_STORE, () => createCatalogStore({ files: fileSummaries, keepers: [playedItems] }));
  provide(CATALOG, makeCatalog);
  provide(PLUGIN_CATALOG, ({ database }) =>
    createPluginCatalog({ database, store: get(CATALOG_STORE), catalog: get(CATALOG) }),
  );
  provide(PICTURES, makePictures);
  provide(LIBRARY_STORE, ({ database }) => new LibraryStore(database));
  provide(LIBRARY_FILES, ({ database }) => new LibraryFiles(database));
  provide(LIBRARIES, makeLibraries);
  provide(TRACKING, makeTracking);
  provide(PLAYBACK, makePlayback);
  provide(SEND_FILE, () => createSendFile());
  provide(MODULES, makeModules);
  provide(HTTP, makeHttp);

  return {
    http: get(HTTP),
    jobs: get(JOBS),
    plugins: get(PLUGINS),
    identity: get(IDENTITY),
    catalog: get(CATALOG),
    modules: get(MODULES),
    demoScanned: () => get(LIBRARIES).demoScanned(),
  };
}
