import type { z } from 'zod';
import type { KeptPicture } from './artwork-choice.ts';
import type { Picture } from './catalog.schema.ts';

export type PictureAnswer = z.input<typeof Picture>;

/** Makes what clients see of a picture; the address changes whenever the bytes do. */
export type ShowPicture = (picture: KeptPicture | null | undefined) => PictureAnswer | null;

/** @param base address below which pictures are served, with the base path of the server: `/vita/api/v1/pictures` */
export const createShowPicture =
  (base: string): ShowPicture =>
  (picture) =>
    picture
      ? {
          id: picture.id,
          url: `${base}/${picture.id}/${encodeURIComponent(picture.version)}`,
          placeholder: picture.placeholder,
          width: picture.width,
          height: picture.height,
        }
      : null;
