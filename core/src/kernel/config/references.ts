import { readFileSync } from 'node:fs';
import type { ConfigPath } from './environment.ts';

const reference = /\$\{(env|file):([^}]*)\}/g;

export interface ReferenceFault {
  path: ConfigPath;
  message: string;
}

/**
 * Replaces `${env:NAME}` and `${file:/path}` in every string below `value`. A file's last line break is dropped.
 * @returns the value with references resolved, and one fault for each that cannot be.
 */
export function resolveReferences(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): { value: unknown; faults: ReferenceFault[] } {
  const faults: ReferenceFault[] = [];
  return { value: walk(value, []), faults };

  function walk(node: unknown, path: ConfigPath): unknown {
    if (typeof node === 'string') return node.includes('${') ? replaceAll(node, path) : node;
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
  }

  function replaceAll(text: string, path: ConfigPath): string {
    return text.replaceAll(reference, (whole, kind: string, name: string) => {
      const found = kind === 'env' ? fromEnvironment(name) : fromFile(name);
      if ('text' in found) return found.text;
      faults.push({ path, message: found.fault });
      return whole;
    });
  }

  function fromEnvironment(name: string): { text: string } | { fault: string } {
    const text = environment[name];
    if (text !== undefined && text !== '') return { text };
    return { fault: `The environment variable ${name} that is referred to here is not set.` };
  }
}

function fromFile(path: string): { text: string } | { fault: string } {
  try {
    return { text: readFileSync(path, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { fault: `The file ${path} that is referred to here cannot be read (${reason}).` };
  }
}
