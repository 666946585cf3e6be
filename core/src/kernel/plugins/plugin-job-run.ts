import { AppError } from '../errors.ts';
import type { JobContext } from '../jobs/job.ts';

/**
 * One run of a plugin's job, between the engine's context and a plugin that may live in another process. The engine pauses a
 * job by throwing through it; that error is kept here and thrown to the engine itself, whatever the plugin made of it.
 */
export class PluginJobRun {
  readonly context: JobContext;
  readonly #steps = new Map<
    string,
    { finish(value: unknown): void; abandon(error: unknown): void; ended: Promise<unknown> }
  >();
  #children = 0;
  #interruption: { error: unknown } | undefined;

  constructor(context: JobContext) {
    this.context = context;
  }

  /** Runs the job and gives its result to the engine. */
  async complete(run: () => Promise<unknown>): Promise<unknown> {
    try {
      const value = await run();
      if (!this.#interruption) return value;
    } catch (error) {
      if (!this.#interruption) throw error;
    } finally {
      this.#abandonSteps();
    }
    throw this.#interruption!.error;
  }

  /** A name for the step that starts the next child job: the same one when the job runs again. */
  nextChild(name: string): string {
    return `child ${++this.#children} ${name}`;
  }

  /** The kept result of a step, or leave to do its work and report with `endStep`. */
  async beginStep(name: string): Promise<{ done: boolean; value?: unknown }> {
    if (this.#steps.has(name))
      throw new AppError('invalid_config', `Step "${name}" is running already; names are unique in a job.`);
    const entered = Promise.withResolvers<void>();
    const work = Promise.withResolvers<unknown>();
    const ended = this.context.step(name, () => {
      entered.resolve();
      return work.promise;
    });
    const kept = await Promise.race([entered.promise.then(() => undefined), ended.then((value) => ({ value }))]);
    if (kept) return { done: true, value: kept.value };
    // a failure of the engine itself reaches the plugin when it ends the step
    ended.catch(() => undefined);
    this.#steps.set(name, { finish: work.resolve, abandon: work.reject, ended });
    return { done: false };
  }

  async endStep(name: string, result: { value?: unknown; failed?: boolean }): Promise<void> {
    const step = this.#steps.get(name);
    if (!step) throw new AppError('invalid_config', `Step "${name}" is not running.`);
    this.#steps.delete(name);
    if (result.failed) return step.abandon(new AppError('plugin_failed', `Step "${name}" failed.`));
    step.finish(result.value);
    await step.ended;
  }

  async sleep(name: string, milliseconds: number): Promise<void> {
    try {
      await this.context.sleep(name, milliseconds);
    } catch (error) {
      this.#interruption = { error };
      throw error;
    }
  }

  #abandonSteps(): void {
    for (const step of this.#steps.values()) step.abandon(new AppError('cancelled', 'The job ended inside the step.'));
    this.#steps.clear();
  }
}
