import { createInterface } from 'node:readline/promises';
import { templates } from './scaffold.ts';

/** What a new plugin needs, as far as it is known. */
export interface Answers {
  folder?: string;
  template?: string;
  name?: string;
}

/** Asks the person at the terminal for what is missing; what is given is not asked again. */
export async function askFor({ folder, template, name }: Answers): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const list = templates.map(({ name: each, about }) => `  ${each.padEnd(10)}${about}`).join('\n');
    const called = name ?? folder ?? (await terminal.question('Name of the plugin: ')).trim();
    const chosen =
      template ?? (await terminal.question(`Templates:\n${list}\nTemplate (${templates[0].name}): `)).trim();
    return { folder, name: called, template: chosen || templates[0].name };
  } finally {
    terminal.close();
  }
}
