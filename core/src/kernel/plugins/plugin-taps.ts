import type { HookVerb } from '@vitascope/sdk';
import type { Logger } from '../log/logger.ts';
import type { HookTap } from './hook-bus.ts';
import { scopeOf, type Reach } from './host-scope.ts';
import type { RunningPlugin } from './running-plugin.ts';

/** Milliseconds a handler may take: others wait for filters and decisions, nobody waits long for events. */
const deadlines: Record<HookVerb, number> = { on: 30_000, filter: 5000, decide: 5000 };

/** A plugin's handlers as taps that never reject: whatever goes wrong counts as no opinion and is noted. */
export function pluginTaps(plugin: RunningPlugin, o: { order: number; reach: Reach; logger: Logger }): HookTap[] {
  const { order, reach, logger } = o;
  return (plugin.manifest.contributes.hooks ?? []).map(({ verb, name, stage }) => ({
    pluginId: plugin.id,
    verb,
    name,
    stage,
    order,
    async run(input, { accountId, requestId = '', signal }) {
      const started = performance.now();
      try {
        const scope = { ...scopeOf({ requestId, accountId }), reach };
        const answer = await plugin.tap({ verb, name, input }, { scope, signal, deadlineMs: deadlines[verb] });
        logger.debug({ plugin: plugin.id, hook: name, ms: Math.round(performance.now() - started) }, 'Hook ran');
        return answer;
      } catch (error) {
        const { message, code } = error as { message?: string; code?: string };
        logger.warn({ plugin: plugin.id, hook: name, code, request_id: requestId }, `A hook failed: ${message}`);
        return undefined;
      }
    },
  }));
}
