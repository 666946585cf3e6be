import { describe, expect, it } from 'vitest';
import { cueBox } from './cue-box.ts';
import { parseCueText } from './cue-text.ts';
import { cuesAt, parseWebVtt } from './webvtt.ts';

const file = `\uFEFFWEBVTT - a head
Kind: captions

NOTE a note
over two lines

STYLE
::cue { color: red }

second
00:05.000 --> 00:07.500 line:10% position:20% align:start
On the <i>left</i>

01:00:01,250 --> 01:00:02.000
An hour in

00:01.000 --> 00:03.000
First line
Second line

00:09.000 --> 00:08.000
Backwards

nonsense --> here
`;

describe('parseWebVtt', () => {
  const cues = parseWebVtt(file);
  it('reads cues in order and skips everything else', () => {
    expect(cues.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [1000, 3000],
      [5000, 7500],
      [3_601_250, 3_602_000],
    ]);
  });
  it('reads settings', () => {
    expect(cues[1]?.place).toEqual({ line: { value: 10, isPercent: true }, position: 20, align: 'start' });
    expect(cues[0]?.place).toEqual({ align: 'center' });
  });
  it('finds what shows at a position', () => {
    expect(cuesAt(cues, 999)).toEqual([]);
    expect(cuesAt(cues, 1000)).toHaveLength(1);
    expect(cuesAt(cues, 3000)).toEqual([]);
  });
  it('takes Windows line ends and an empty file', () => {
    expect(parseWebVtt('WEBVTT\r\n\r\n00:00.000 --> 00:01.000\r\nYes\r\n')).toHaveLength(1);
    expect(parseWebVtt('')).toEqual([]);
  });
});

describe('parseCueText', () => {
  it('nests spans and breaks lines', () => {
    expect(parseCueText('a <b>b <i>c</i></b>\nd')).toEqual([
      'a ',
      { tag: 'b', classes: [], children: ['b ', { tag: 'i', classes: [], children: ['c'] }] },
      { tag: 'br', classes: [], children: [] },
      'd',
    ]);
  });
  it('keeps classes of spans and drops what it does not know', () => {
    expect(parseCueText('<c.yellow.bg_blue>x</c><00:01.000><blink>y</blink>')).toEqual([
      { tag: 'span', classes: ['yellow', 'bg_blue'], children: ['x'] },
      'y',
    ]);
  });
  it('never makes markup of text', () => {
    expect(parseCueText('<img src=x onerror=alert(1)>&lt;script&gt; & {\\an8}top')).toEqual(['<script> & top']);
  });
  it('survives tags that are not closed, or closed twice', () => {
    expect(parseCueText('<i>a</b></i></i>b')).toEqual([{ tag: 'i', classes: [], children: ['a'] }, 'b']);
  });
});

describe('cueBox', () => {
  it('leaves plain cues at the usual place', () => expect(cueBox({ align: 'center' })).toBeUndefined());
  it('places by percent, by line and by line from the bottom', () => {
    expect(cueBox({ line: { value: 10, isPercent: true }, position: 20, size: 40, align: 'start' })).toEqual({
      top: '10%',
      left: '20%',
      width: '40%',
      align: 'start',
    });
    expect(cueBox({ line: { value: 0, isPercent: false }, align: 'center' })).toMatchObject({ top: '3%', left: '4%' });
    expect(cueBox({ line: { value: -3, isPercent: false }, align: 'center' })).toMatchObject({ bottom: '12.5%' });
    expect(cueBox({ line: { value: 90, isPercent: true }, align: 'end' })).toMatchObject({
      bottom: '3.75%',
      left: '8%',
    });
  });
});
