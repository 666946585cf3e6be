import { endpoint } from './endpoint.ts';

export const getApiDescription = endpoint({
  verb: 'GET /openapi.json',
  tag: 'server',
  summary: 'This description, OpenAPI 3.1; routes of active plugins included.',
  access: 'public',
  anonymous: true,
  raw: { contentType: 'application/json', description: 'The document.' },
});
