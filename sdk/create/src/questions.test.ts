import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { askFor, type Answers } from './questions.ts';

/** Answers each question when it is asked, as a person does. */
async function answering(given: Answers, ...lines: string[]): Promise<{ answers: Answers; asked: string }> {
  const input = new PassThrough();
  const output = new PassThrough();
  const asked = new PassThrough();
  output.pipe(asked);
  output.on('data', (shown: Buffer) => {
    if (shown.toString().endsWith(': ')) input.write(`${lines.shift() ?? ''}\n`);
  });
  const all = text(asked);
  const answers = await askFor(given, { input, output });
  output.end();
  return { answers, asked: await all };
}

it('asks for the name and the template, and offers the first', async () => {
  const { answers, asked } = await answering({}, ' My films ', '');
  expect(answers).toEqual({ name: 'My films', template: 'metadata' });
  expect(asked).toMatch(/Name of the plugin: [^]*page {2,}a page of its own[^]*Template \(metadata\): /);
});

it('does not ask for what is given', async () => {
  expect(await answering({ name: 'Mine', template: 'hook' })).toEqual({
    answers: { name: 'Mine', template: 'hook' },
    asked: '',
  });
  const { answers, asked } = await answering({ folder: 'films' }, 'page');
  expect(answers).toEqual({ folder: 'films', template: 'page' });
  expect(asked).not.toContain('Name');
});

it('ends with whoever leaves', async () => {
  const input = new PassThrough();
  const asking = askFor({}, { input, output: new PassThrough() });
  input.end();
  await expect(asking).rejects.toThrow('Nobody answered');
});
