import { describe, expect, it } from 'vitest';
import { cueText, vttTime } from './cue-text.ts';
import { isMicroDvd, microDvdToVtt } from './microdvd.ts';
import { SrtReader, srtToVtt } from './srt-reader.ts';

describe('text of a cue', () => {
  it.each([
    ['plain', 'Good evening.', 'Good evening.'],
    ['italic', '<i>Good</i> <b>evening</b>', '<i>Good</i> <b>evening</b>'],
    ['a tag left open', '<i>Good evening', '<i>Good evening</i>'],
    ['tags that cross', '<i>Good <b>evening</i></b>', '<i>Good <b>evening</b></i>'],
    ['colours', '<font color="#ff0000">Red</font>', 'Red'],
    ['codes of ASS', '{\\an8}{\\i1}At the top{\\i0}', 'At the top'],
    ['a heart', 'I <3 you & me', 'I &lt;3 you &amp; me'],
    ['what is escaped already', 'Tom &amp; Jerry &lt;', 'Tom &amp; Jerry &lt;'],
    ['a script', '<script>alert(1)</script><img src=x onerror=alert(1)>', 'alert(1)'],
    ['a tag inside a tag', '<<script>script>alert(1)', '&lt;script&gt;alert(1)'],
    ['attributes', '<i onclick="x()">Good</i>', '<i>Good</i>'],
    ['an arrow', 'a --> b', 'a → b'],
    ['zero bytes', 'a\0b', 'ab'],
  ])('%s', (_, raw, expected) => {
    expect(cueText(raw)).toBe(expected);
  });

  it('cuts what no screen could show', () => {
    expect(cueText('x'.repeat(1_000_000)).length).toBeLessThan(10_000);
  });

  it.each([
    [0, '00:00:00.000'],
    [3_723_004, '01:02:03.004'],
    [-5, '00:00:00.000'],
    [100 * 3_600_000, '100:00:00.000'],
  ])('writes %i ms as %s', (ms, expected) => {
    expect(vttTime(ms)).toBe(expected);
  });
});

const cue = (from: string, to: string, text: string) => `00:00:${from} --> 00:00:${to}\n${text}\n\n`;

describe('SRT to WebVTT', () => {
  it.each([
    ['an ordinary file', '1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\nlines\n'],
    [
      'line ends of Windows',
      '1\r\n00:00:01,000 --> 00:00:02,000\r\nOne\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nTwo\r\nlines',
    ],
    ['no numbers', '00:00:01,000 --> 00:00:02,000\nOne\n\n00:00:03,000 --> 00:00:04,000\nTwo\nlines\n'],
    ['no blank lines', '1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo\nlines\n'],
    [
      'a blank line inside',
      '1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n\nlines\n',
    ],
    ['points, short numbers and no hours', '1\n0:01.0 --> 0:02.0\nOne\n\n2\n0:0:3,0 --> 0:0:4,000\nTwo\nlines\n'],
    [
      'WebVTT itself',
      'WEBVTT\n\nNOTE by somebody\n\nintro\n00:01.000 --> 00:02.000\nOne\n\nNOTE more\n\n00:03.000 --> 00:04.000\nTwo\nlines\n',
    ],
    [
      'a style sheet',
      'WEBVTT\n\nSTYLE\n::cue{background:url(//x)}\n\n00:01.000 --> 00:02.000\nOne\n\n00:03.000 --> 00:04.000\n<v Bob>Two\nlines\n',
    ],
  ])('%s', (_, text) => {
    expect(srtToVtt(text)).toBe(`WEBVTT\n\n${cue('01.000', '02.000', 'One')}${cue('03.000', '04.000', 'Two\nlines')}`);
  });

  it('keeps a number that is the text', () => {
    expect(srtToVtt('1\n00:00:01,000 --> 00:00:02,000\n42\n')).toBe(`WEBVTT\n\n${cue('01.000', '02.000', '42')}`);
  });

  it('takes over where a cue stands, and nothing else', () => {
    expect(srtToVtt('00:01.000 --> 00:02.000 line:10% align:start evil:<b> X1:5\nOne\n')).toContain(
      '00:00:02.000 line:10% align:start\n',
    );
  });

  it.each([
    ['nothing', ''],
    ['no text', '1\n00:00:01,000 --> 00:00:02,000\n\n\n'],
    ['ends before it begins', '1\n00:00:02,000 --> 00:00:01,000\nOne\n'],
    ['a film', '\x1aE\xdf\xa3'.repeat(1000)],
  ])('makes an empty track of %s', (_, text) => {
    expect(srtToVtt(text)).toBe('WEBVTT\n\n');
  });

  it('is the same in whatever pieces it comes', () => {
    const text =
      '1\r\n00:00:01,000 --> 00:00:02,000\r\nOne\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nTwo\r\nlines\r\n';
    for (const size of [1, 2, 3, 7, 50]) {
      const reader = new SrtReader();
      let result = '';
      for (let at = 0; at < text.length; at += size) result += reader.push(text.slice(at, at + size));
      expect(`WEBVTT\n\n${result}${reader.end()}`, `pieces of ${size}`).toBe(srtToVtt(text));
    }
  });

  it('reads a large hostile file in no time', () => {
    const started = performance.now();
    srtToVtt(`1\n00:00:01,000 --> 00:00:02,000\n${'<'.repeat(500_000)}\n`);
    srtToVtt('00:00:01,000 -->'.repeat(100_000));
    srtToVtt(' '.repeat(2_000_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('MicroDVD to WebVTT', () => {
  it('counts frames by the rate of its first line', () => {
    expect(microDvdToVtt('{1}{1}25\n{25}{50}One|{y:i}two\n{0}{0}nothing\n')).toBe(
      `WEBVTT\n\n${cue('01.000', '02.000', 'One\n<i>two</i>')}`,
    );
  });
  it.each([
    ['{1}{1}25\n', true],
    ['\uFEFF{0}{10}x', true],
    ['1\n00:00', false],
  ])('tells %j', (text, expected) => {
    expect(isMicroDvd(text)).toBe(expected);
  });
});
