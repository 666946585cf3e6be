import { assertOk } from '#lib/api/client.ts';
import type { App } from '#lib/app.svelte.ts';

/** A request that a plugin's block or action asks the app to make. `url` is below `/api/v1`. */
export interface PluginRequest {
  method: string;
  url: string;
}

/** What an action may answer; `message` is shown. */
export interface PluginAnswer {
  message?: string;
  [key: string]: unknown;
}

/**
 * Makes a plugin's request with the session of the person. GET input goes into the query, everything else into a JSON body.
 * Throws an ApiError when the server or plugin refuses.
 */
export async function callPlugin(
  { base, csrf }: Pick<App, 'base' | 'csrf'>,
  { method, url }: PluginRequest,
  input?: Record<string, unknown>,
): Promise<PluginAnswer> {
  const reading = method === 'GET';
  const query =
    reading && input
      ? `?${new URLSearchParams(Object.entries(input).map(([key, value]) => [key, String(value)]))}`
      : '';
  const response = await assertOk(
    await fetch(`${base}/api/v1${url}${query}`, {
      method,
      headers: reading ? {} : { 'content-type': 'application/json', ...csrf.headers() },
      body: reading ? undefined : JSON.stringify(input ?? {}),
    }),
  );
  if (response.status === 204) return {};
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as PluginAnswer) : { value: body };
}
