import { AppError } from '../../kernel/errors.ts';
import type { Signer } from '../../kernel/security/signer.ts';

export type StreamKind = 'file' | 'hls' | 'subtitles' | 'fonts' | 'thumbnails';

/** What a signed address is good for. */
export interface StreamGrant {
  session: string;
  account: string;
  file: number;
  kind: StreamKind;
}

export interface StreamAddresses {
  /** The `?s=…` of every address of one kind. */
  query(grant: StreamGrant): string;
  /** @throws AppError `signature_invalid` when it was changed, has expired, or is for something else */
  verify(signature: string, wanted: { session: string; kind: StreamKind }): StreamGrant;
}

export function createStreamAddresses(signer: Signer, validMs: () => number): StreamAddresses {
  return {
    query: (grant) => `?s=${signer.sign(grant, validMs())}`,
    verify(signature, { session, kind }) {
      const grant = signer.verify<StreamGrant>(signature);
      if (grant.session === session && grant.kind === kind) return grant;
      throw new AppError('signature_invalid', 'This signed address is for something else.', {
        fix: 'Open the page again to get a fresh address.',
      });
    },
  };
}
