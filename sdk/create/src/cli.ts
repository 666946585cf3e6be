import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { askFor, type Answers } from './questions.ts';
import { idOf, scaffold, templates } from './scaffold.ts';

const usage = `npm create vitascope-plugin [folder] -- [--template <template>] [--name <name>]

Templates:
${templates.map(({ name, about }) => `  ${name.padEnd(10)}${about}`).join('\n')}
`;

/** The command `create-vitascope-plugin`; the exit code. On a terminal it asks for what is not given. */
export async function main(args: readonly string[]): Promise<number> {
  const given = read(args);
  if (!given) {
    process.stderr.write(usage);
    return 64;
  }
  if (given.help) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    const { stdin: input, stdout: output } = process;
    return await begin(input.isTTY ? await askFor(given, { input, output }) : given);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

async function begin({ template, name, folder }: Answers): Promise<number> {
  const called = name ?? (folder && basename(resolve(folder)));
  if (!template || !called) {
    process.stderr.write(`Name a template, and a folder or a name.\n\n${usage}`);
    return 64;
  }
  const target = folder ?? `vitascope-plugin-${idOf(called)}`;
  await scaffold({ folder: target, template, name: called });
  process.stdout.write(
    `${target} is ready. What comes next:\n\n  cd ${target}\n  npm install\n  npm test\n  npm run pack\n`,
  );
  return 0;
}

/** What the arguments say; undefined where they cannot be understood. */
function read(args: readonly string[]): (Answers & { help?: boolean }) | undefined {
  const options = { template: { type: 'string' }, name: { type: 'string' }, help: { type: 'boolean' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return positionals.length > 1 ? undefined : { ...values, folder: positionals[0] };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n`);
    return undefined;
  }
}
