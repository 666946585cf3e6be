import type { paths } from '#lib/api/schema.d.ts';

export type ServerInfo = paths['/api/v1/admin']['get']['responses']['200']['content']['application/json'];
