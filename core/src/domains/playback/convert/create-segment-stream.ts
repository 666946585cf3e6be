import type { Transcoder } from '../capabilities.ts';
import type { Decision } from '../decide-playback.ts';
import type { MediaFacts } from '../media-facts.ts';
import { conversionArguments, type Conversion } from './ffmpeg-arguments.ts';
import type { Encoder } from './hardware.ts';
import type { SegmentPlan } from './segment-plan.ts';
import { SegmentStream, type SegmentStreamOptions } from './segment-stream.ts';

export interface ConversionParts {
  media: MediaFacts;
  decision: Decision;
  plan: SegmentPlan;
  transcoder: Transcoder;
  encoder: Encoder;
  folder: string;
  takePlace: SegmentStreamOptions['takePlace'];
  onFailure: SegmentStreamOptions['onFailure'];
}

/** Longest list of key frames that an argument may hold: ten hours of segments. */
const mostKeyFrames = 12_000;

/** The segments of a decision. */
export function createSegmentStream({
  plan,
  folder,
  transcoder,
  takePlace,
  onFailure,
  ...parts
}: ConversionParts): SegmentStream {
  return new SegmentStream({
    plan,
    folder,
    command: transcoder.path,
    takePlace,
    onFailure,
    argumentsFrom: (segment) =>
      conversionArguments({
        path: parts.media.path,
        container: parts.media.container,
        startMs: plan.starts[segment] ?? 0,
        video: videoOf(parts, plan.starts.slice(segment, segment + mostKeyFrames), transcoder),
        audio: audioOf(parts),
      }),
  });
}

type Parts = Pick<ConversionParts, 'media' | 'decision' | 'encoder'>;

function videoOf(
  { media: { video }, decision, encoder }: Parts,
  keyFrames: readonly number[],
  { canToneMap, timingOption }: Transcoder,
): Conversion['video'] {
  const how = decision.video;
  if (!video || how === 'none') return undefined;
  const { index, codec, height } = video;
  if (how === 'copy') return { index, codec, copy: true };
  return { index, codec, copy: false, height, target: how, encoder, keyFrames, canToneMap, timingOption };
}

function audioOf({ media, decision }: Parts): Conversion['audio'] {
  const track = media.audio.find(({ index }) => index === decision.audioIndex);
  if (!track || decision.audio === 'none') return undefined;
  const { index, codec } = track;
  return decision.audio === 'copy' ? { index, codec, copy: true } : { index, copy: false, target: decision.audio };
}
