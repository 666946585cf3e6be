import { resolve } from '$app/paths';

/** Path the server publishes the app under, without a slash at the end; empty at the root of the host. */
export const base = resolve('/').replace(/\/$/, '');
