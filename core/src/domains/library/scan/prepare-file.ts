import { dirname, relative } from 'node:path';
import { parseName } from '../name-parser/parse-name.ts';
import type { ParsedName } from '../name-parser/parsed-name.ts';
import type { Probe } from '../probe/probed.ts';
import { probe } from '../probe/probe.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { KnownFile } from './known-files.ts';
import type { FoundFile } from './walk.ts';

/** A file that is new or changed, with what its own bytes and name say. */
export interface PreparedFile {
  found: FoundFile;
  folder: string;
  known: KnownFile | undefined;
  /** Where it was before, when it was moved or renamed. */
  movedFrom?: string;
  name: ParsedName;
  fingerprint: string;
  signature: string;
  /** Absent when the bytes did not change, or cannot be read. */
  probe: Probe | undefined;
  /** For people; empty when all is well. */
  problem: string;
  /** The bytes were looked at now. */
  probed: boolean;
}

export interface PrepareInput {
  found: FoundFile;
  known: KnownFile | undefined;
  signature: string;
  root: string;
  /** The bytes changed, or everything is to be read again. */
  content: boolean;
  signal: AbortSignal;
}

/** Reads name, headers and fingerprint. Whatever is wrong with the file becomes its `problem`. */
export async function prepareFile({
  found,
  known,
  signature,
  root,
  content,
  signal,
}: PrepareInput): Promise<PreparedFile> {
  const folder = dirname(found.path);
  const name = parseName(relative(root, found.path));
  const base = { found, folder, known, name, signature };
  if (!content && known)
    return { ...base, fingerprint: known.fingerprint, probe: undefined, problem: '', probed: false };
  let fingerprint = known?.fingerprint ?? '';
  try {
    fingerprint = fingerprintOf(found.path, found.size);
    const headers = await probe(found.path, { signal });
    const problem = headers.truncated ? 'The file ends before its media does; an unfinished copy, most likely.' : '';
    return { ...base, fingerprint, probe: headers, problem, probed: true };
  } catch (error) {
    signal.throwIfAborted();
    return {
      ...base,
      // What cannot be probed is still recognised where it is moved to: somebody may have said what it is.
      fingerprint,
      probe: undefined,
      // Shown to everybody who sees the file, and where it lies is for administrators.
      problem: (error as Error).message.replaceAll(found.path, found.name),
      probed: true,
    };
  }
}
