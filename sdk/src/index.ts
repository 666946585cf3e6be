export { z } from 'zod';
export { collection, type Collection } from './collection.ts';
export type {
  Blobs,
  Bytes,
  Catalog,
  CatalogItem,
  CatalogQuery,
  Conn,
  Ctx,
  DocQuery,
  Docs,
  Http,
  JobCtx,
  JobRun,
  JobState,
  Log,
  PluginJobs,
  RequestOptions,
  Settled,
  Source,
  User,
} from './context.ts';
export {
  defineContract,
  feed,
  method,
  optional,
  type AnyContract,
  type AskInput,
  type AskMethod,
  type AskOutput,
  type Check,
  type Contract,
  type ContractInfo,
  type HttpDefaults,
  type MethodOptions,
  type Methods,
  type MethodSpec,
  type MethodSpecs,
  type MethodsOf,
  type NoSettings,
  type Provider,
  type ProviderData,
} from './contract.ts';
export { localMetadata, type LocalMetadataMethods } from './contracts/local-metadata.ts';
export { metadata, type MetadataMethods } from './contracts/metadata.ts';
export { describe, differences } from './describe.ts';
export { codeOf, errorCodes, fail, type ErrorCode, type FailOptions, type PluginError } from './errors.ts';
export {
  hookNames,
  type Decisions,
  type Events,
  type Filters,
  type HookRelease,
  type Hooks,
  type HookVerb,
  type Stage,
  type Tap,
} from './hooks.ts';
export { job, type Job, type JobOptions } from './job.ts';
export type { Login, LoginStep, Tokens } from './login.ts';
export { Contributions, Manifest } from './manifest.ts';
export {
  Artwork,
  ArtworkKind,
  Credit,
  ExternalIds,
  MediaData,
  MediaEntry,
  MediaType,
  type Page as MediaPage,
} from './media.ts';
export { oauth2, type OAuth2 } from './oauth2.ts';
export { page, type Block, type ItemAction, type Page, type Widget } from './page.ts';
export { definePlugin, secret, type Definition, type Plugin } from './plugin.ts';
export { route, type Access, type Route, type RouteVerb } from './route.ts';
export type { Fault, In, Out, Schema, SchemaIssue, SchemaResult } from './schema.ts';
export { sdkVersion } from './version.ts';
