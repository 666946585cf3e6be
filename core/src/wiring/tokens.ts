import type { HttpServer } from '../kernel/http/http-server.ts';
import type { SendFile } from '../kernel/http/send-file.ts';
import type { JobEngine } from '../kernel/jobs/job-engine.ts';
import type { DomainModule } from '../kernel/module.ts';
import type { CatalogPort } from '../kernel/plugins/ports.ts';
import type { Plugins } from '../kernel/plugins/create-plugins.ts';
import type { CatalogService } from '../domains/catalog/catalog.service.ts';
import type { CatalogStore } from '../domains/catalog/catalog-store.ts';
import type { PictureService } from '../domains/catalog/pictures/picture-service.ts';
import type { Accounts } from '../domains/identity/accounts.ts';
import type { IdentityService } from '../domains/identity/identity.service.ts';
import type { LibraryFiles } from '../domains/library/file-reader.ts';
import type { LibraryStore } from '../domains/library/library-store.ts';
import type { TrackingService } from '../domains/tracking/tracking.service.ts';
import type { PlaybackModule } from '../domains/playback/playback.module.ts';
import type { LibraryParts } from './library.ts';

/** A name for something the container keeps, with its type. */
export interface Token<T> {
  readonly key: symbol;
  readonly type?: T;
}
const token = <T>(name: string): Token<T> => ({ key: Symbol(name) });
/** How a part asks for another. */
export type Get = <T>(wanted: Token<T>) => T;

export const ACCOUNTS = token<Accounts>('accounts');
export const CATALOG = token<CatalogService>('catalog');
export const CATALOG_STORE = token<CatalogStore>('catalog-store');
export const HTTP = token<HttpServer>('http');
export const IDENTITY = token<IdentityService>('identity');
export const JOBS = token<JobEngine>('jobs');
export const LIBRARY_FILES = token<LibraryFiles>('library-files');
export const LIBRARY_STORE = token<LibraryStore>('library-store');
export const MODULES = token<readonly DomainModule[]>('modules');
export const PICTURES = token<PictureService>('pictures');
export const PLAYBACK = token<PlaybackModule>('playback');
export const PLUGIN_CATALOG = token<CatalogPort>('plugin-catalog');
export const PLUGINS = token<Plugins>('plugins');
export const LIBRARIES = token<LibraryParts>('libraries');
export const SEND_FILE = token<SendFile>('send-file');
export const TRACKING = token<TrackingService>('tracking');
