import { createInterface } from 'node:readline/promises';
import { templates } from './scaffold.ts';

/** What a new plugin needs, as far as it is known. */
export interface Answers {
  folder?: string;
  template?: string;
  name?: string;
}

/** Where somebody is asked. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
}

/** Asks the person at the terminal for what is missing; what is given is not asked again. Throws when they leave. */
export async function askFor({ folder, template, name }: Answers, terminal: Terminal): Promise<Answers> {
  const asking = createInterface(terminal);
  const ask = (question: string): Promise<string> =>
    new Promise((resolve, reject) => {
      // A question whose input ends is never answered.
      asking.once('close', () => reject(new Error('Nobody answered: nothing was written.')));
      asking.question(question).then((answer) => resolve(answer.trim()), reject);
    });
  const list = templates.map(({ name: each, about }) => `  ${each.padEnd(10)}${about}`).join('\n');
  const [first] = templates;
  try {
    return {
      folder,
      name: name ?? (folder === undefined ? await ask('Name of the plugin: ') : undefined),
      template: template ?? ((await ask(`Templates:\n${list}\nTemplate (${first.name}): `)) || first.name),
    };
  } finally {
    asking.close();
  }
}
