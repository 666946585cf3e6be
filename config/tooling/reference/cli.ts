import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** What a command says of itself; asked as a program with no terminal, so that the width of nobody's window matters. */
async function helpOf(root: string, words: readonly string[]): Promise<string> {
  const cli = path.join(root, 'core/src/cli.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', cli, ...words, '--help'], {
    cwd: root,
  });
  return stdout.trimEnd();
}

const subcommandsIn = (help: string): string[] => {
  const listed = help.split('\nCommands:\n')[1] ?? '';
  return [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
};

async function sections(root: string, words: readonly string[]): Promise<string[]> {
  const help = await helpOf(root, words);
  const own = `## vitascope${words.map((word) => ` ${word}`).join('')}\n\n\`\`\`text\n${help}\n\`\`\`\n`;
  const below: string[] = [];
  for (const name of subcommandsIn(help)) below.push(...(await sections(root, [...words, name])));
  return [own, ...below];
}

/** The help of every command. */
export async function describeCli(root: string): Promise<string> {
  return `# Command line

Generated from the commands; run \`npm run reference\`. In a checkout: \`npx vitascope\`.

${(await sections(root, [])).join('\n')}`;
}
