import { endpoint } from './endpoint.ts';

export const streamEvents = endpoint({
  verb: 'GET /events',
  tag: 'events',
  summary: 'What happens, as it happens: server-sent events whose data is JSON.',
  description:
    'Event names: `job.changed`, `library.changed`, `item.changed`, `playstate.changed`, `plugin.changed`, `connection.changed`, `ui.changed`, and `log.line` for administrators who ask with `?log=1`. A caller hears what it may see. `Last-Event-ID` brings what was missed, as far as it is still known; else the event `reset` says that everything should be fetched again.',
  access: 'guest',
  raw: { contentType: 'text/event-stream', description: 'An endless stream with a comment every 15 s.' },
});
