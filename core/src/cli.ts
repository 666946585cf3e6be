import { holdYoungHeap } from './commands/young-heap.ts';

/** The command `vitascope`. Each command loads only what it needs, and `parse`, made for pipes, not even the option parser. */
const [name, ...rest] = process.argv.slice(2);

if (name === 'parse' && !rest.includes('--help') && !rest.includes('-h')) {
  const { parse } = await import('./commands/parse.ts');
  const isEnd = rest.indexOf('--');
  const options = isEnd < 0 ? rest : rest.slice(0, isEnd);
  const names = [...options.filter((word) => word !== '--jsonl'), ...(isEnd < 0 ? [] : rest.slice(isEnd + 1))];
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of the pipe has seen enough.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  await parse({ jsonl: options.includes('--jsonl'), names }, process);
} else {
  holdYoungHeap();
  const { runProgram } = await import('./commands/program.ts');
  process.exitCode = await runProgram(process.argv.slice(2));
  // Whatever a failed command left open must not keep its caller waiting.
  if (process.exitCode !== 0) setTimeout(() => process.exit(), 3000).unref();
}
