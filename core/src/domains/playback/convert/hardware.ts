import { availableParallelism } from 'node:os';
import type { Config } from '../../../kernel/config/config.schema.ts';

export type Acceleration = Config['playback']['hardwareAcceleration'];

/** What ffmpeg is told to convert pictures with. */
export interface Encoder {
  /** ffmpeg's name of it. */
  name: string;
  /** Before the input. */
  input: readonly string[];
  /** Filters behind scaling, which runs in memory. */
  filters: readonly string[];
  /** Options of the encoder itself, for at most `kbps`. */
  options(kbps: number): readonly string[];
}

const rate = (kbps: number): string[] => ['-maxrate', `${kbps}k`, '-bufsize', `${kbps * 2}k`];

/** On few cores the faster preset is what keeps ahead of the player; it costs bits, of which a home has plenty. */
const fewCores = 2;

const software = (cores: number): Encoder => ({
  name: 'libx264',
  input: [],
  filters: ['format=yuv420p'],
  options: (kbps) => [
    ...['-preset', cores > fewCores ? 'veryfast' : 'superfast', '-crf', '23', ...rate(kbps), '-profile:v', 'high'],
    // Key frames only where segments begin: each other one would cost bits and start a fragment.
    ...['-sc_threshold', '0'],
  ],
});

const vaapi = (device: string): Encoder => ({
  name: 'h264_vaapi',
  input: [
    '-init_hw_device',
    `vaapi=hw:${device}`,
    '-hwaccel',
    'vaapi',
    '-hwaccel_device',
    'hw',
    '-filter_hw_device',
    'hw',
  ],
  filters: ['format=nv12', 'hwupload'],
  options: (kbps) => ['-b:v', `${Math.round(kbps * 0.75)}k`, ...rate(kbps), '-profile:v', 'high'],
});

const qsv = (device: string | undefined): Encoder => ({
  name: 'h264_qsv',
  input: ['-init_hw_device', device ? `qsv=hw,child_device=${device}` : 'qsv=hw', '-filter_hw_device', 'hw'],
  filters: ['format=nv12', 'hwupload=extra_hw_frames=64', 'format=qsv'],
  options: (kbps) => ['-preset', 'veryfast', '-global_quality', '24', ...rate(kbps), '-forced_idr', '1'],
});

const nvenc = (device: string | undefined): Encoder => ({
  name: 'h264_nvenc',
  input: ['-hwaccel', 'cuda', ...(device ? ['-hwaccel_device', device] : [])],
  filters: ['format=yuv420p'],
  options: (kbps) => [
    '-preset',
    'p4',
    '-rc',
    'vbr',
    '-cq',
    '24',
    ...rate(kbps),
    '-profile:v',
    'high',
    '-forced-idr',
    '1',
  ],
});

const videotoolbox: Encoder = {
  name: 'h264_videotoolbox',
  input: ['-hwaccel', 'videotoolbox'],
  filters: ['format=nv12'],
  options: (kbps) => ['-b:v', `${Math.round(kbps * 0.75)}k`, ...rate(kbps), '-profile:v', 'high'],
};

/** The encoder of a setting. @param device such as `/dev/dri/renderD128`, or the number of an Nvidia card */
export function encoderOf(
  acceleration: Acceleration,
  device?: string,
  cores: number = availableParallelism(),
): Encoder {
  switch (acceleration) {
    case 'vaapi':
      return vaapi(device ?? '/dev/dri/renderD128');
    case 'qsv':
      return qsv(device);
    case 'nvenc':
      return nvenc(device);
    case 'videotoolbox':
      return videotoolbox;
    case 'none':
      return software(cores);
  }
}
