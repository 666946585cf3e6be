import { setFlagsFromString } from 'node:v8';

/**
 * While modules load, nearly everything that is made stays, and V8 answers by doubling the part of the heap for what is young up to
 * 48 MB, which the server at rest would then hold for nothing. So it begins small, and may grow once there are requests.
 */
export const holdYoungHeap = (): void => setFlagsFromString('--semi-space-growth-factor=1');
export const releaseYoungHeap = (): void => setFlagsFromString('--semi-space-growth-factor=2');
