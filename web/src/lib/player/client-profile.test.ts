import { describe, expect, it } from 'vitest';
import { findProfile, type BrowserProbe } from './client-profile.ts';

const browser = (words: readonly string[], more: Partial<BrowserProbe> = {}): BrowserProbe => ({
  plays: (type) => words.some((word) => type.includes(word)),
  buffers: () => true,
  isSmooth: async () => true,
  ...more,
});

describe('findProfile', () => {
  it('lists what plays, and HLS where Media Source Extensions exist', async () => {
    const profile = await findProfile(
      browser(['avc1', 'mp4a', 'video/mp4', 'audio/mpeg'].filter((w) => w !== 'video/mp4')),
    );
    expect(profile.videoCodecs).toContain('avc1.640034');
    expect(profile.videoCodecs.some((codec) => codec.startsWith('hvc1'))).toBe(false);
    expect(profile.audioCodecs).toEqual(['mp4a.40.2', 'mp4a.40.5', 'mp3']);
    expect(profile.containers).toContain('hls');
  });

  it('leaves out what only a file may contain', async () => {
    const profile = await findProfile(browser(['avc1', 'vp09'], { buffers: (type) => !type.includes('vp09') }));
    expect(profile.videoCodecs.some((codec) => codec.startsWith('vp09'))).toBe(false);
  });

  it('leaves out heavy codecs that would stutter, but never the plain ones', async () => {
    const profile = await findProfile(browser(['avc1', 'av01', 'hvc1'], { isSmooth: async () => false }));
    expect(profile.videoCodecs).toEqual(['avc1.42e01e', 'avc1.4d4029', 'avc1.640029', 'avc1.640034']);
  });

  it('knows browsers that play HLS by themselves, and ones that do not', async () => {
    const native = await findProfile(browser(['mpegurl'], { buffers: undefined }));
    expect(native.containers).toEqual(['hls']);
    const none = await findProfile(browser(['video/webm'], { buffers: undefined }));
    expect(none.containers).toEqual(['webm']);
  });
});
