import type { Sharp, SharpOptions } from 'sharp';
import { AppError } from '../../../kernel/errors.ts';
import { readPictureHeader } from './picture-header.ts';

/** Widths that pictures are kept in; a request gets the next larger one, never more than the picture has. */
const keptWidths = [100, 200, 300, 400, 600, 800, 1280, 1920] as const;
export const bucketOf = (width: number | undefined): number =>
  keptWidths.find((kept) => width !== undefined && kept >= width) ?? keptWidths.at(-1)!;

export interface PictureFacts {
  width: number;
  height: number;
  /** A thumbhash in base64: some 25 bytes that a client paints while the picture loads. */
  placeholder: string;
}

export interface RenderedPicture {
  webp: Buffer;
  facts: PictureFacts;
}

/** Decoded, a picture may hold this many pixels; a small file can unpack to gigabytes. */
const mostPixels = 64_000_000;
const secondsPerPicture = 20;
const quality = 82;
const placeholderSide = 100;

/** The picture library, loaded with the first picture: it takes tens of megabytes. */
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

const options: SharpOptions = {
  limitInputPixels: mostPixels,
  failOn: 'truncated',
  sequentialRead: true,
  animated: false,
};

/**
 * Decodes a picture once and makes the WebP of a width and its facts.
 * @throws AppError `media_unsupported` for anything but JPEG, PNG, WebP, GIF and AVIF, `media_unreadable` when it is damaged or too large
 */
export async function renderPicture(bytes: Uint8Array, width: number): Promise<RenderedPicture> {
  const sharp = await loadSharp();
  requirePicture(bytes);
  try {
    const picture = sharp(bytes, options).autoOrient().timeout({ seconds: secondsPerPicture });
    const { autoOrient } = await sharp(bytes, options).metadata();
    const resized = picture.resize({ width, withoutEnlargement: true });
    const [webp, placeholder] = await Promise.all([
      resized.clone().webp({ quality }).toBuffer(),
      placeholderOf(resized.clone()),
    ]);
    return { webp, facts: { width: autoOrient.width, height: autoOrient.height, placeholder } };
  } catch (cause) {
    throw new AppError('media_unreadable', `The picture cannot be read: ${firstLine(cause)}.`, { cause });
  }
}

/** The facts alone. Throws as `renderPicture` does. */
export async function readPictureFacts(bytes: Uint8Array): Promise<PictureFacts> {
  return (await renderPicture(bytes, placeholderSide)).facts;
}

async function placeholderOf(picture: Sharp): Promise<string> {
  const { rgbaToThumbHash } = await import('thumbhash');
  // A second pass over the resized picture: a chain of operations in sharp knows one resize only.
  const sharp = await loadSharp();
  const small = await picture.png({ compressionLevel: 1 }).toBuffer();
  const { data, info } = await sharp(small)
    .resize({ width: placeholderSide, height: placeholderSide, fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

function requirePicture(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new AppError('media_unreadable', 'The picture is empty.');
  if (readPictureHeader(bytes)) return;
  throw new AppError('media_unsupported', 'This is no JPEG, PNG, WebP, GIF or AVIF picture.');
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.replace(/\.$/, '');
