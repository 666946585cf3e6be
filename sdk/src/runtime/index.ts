/**
 * The machinery between host and plugin. For the server and for test hosts; plugins never need it.
 *
 * @module
 */
export {
  PluginClient,
  type CallScope,
  type HostListeners,
  type HostServices,
  type Invocation,
  type InvokeOptions,
} from './client.ts';
export { frameLink, mostFrameBytes, type FrameSocket } from './frames.ts';
export { milliseconds } from './duration.ts';
export { retryAfter } from './http.ts';
export { createPair, type Link, type Message } from './link.ts';
export { Peer, type CallHandler, type CallOptions, type NoteHandler } from './peer.ts';
export type {
  CallHeader,
  HostCallName,
  HostCalls,
  HostNoteName,
  HostNotes,
  HttpAnswer,
  HttpRequest,
  PluginCalls,
  WireConnection,
  WireDocQuery,
} from './protocol.ts';
export { check, faultText, jsonSchemaOf } from '../schema.ts';
export { serve } from './serve.ts';
