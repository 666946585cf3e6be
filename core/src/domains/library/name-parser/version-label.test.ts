import { describe, expect, it } from 'vitest';
import { parseName } from './parse-name.ts';
import { spellEditions, versionLabel } from './version-label.ts';

describe('the label of a version', () => {
  it.each([
    ['Paper Moons (2015) - Directors Cut', "Director's Cut"],
    ["Paper Moons (2015) - Director's Cut", "Director's Cut"],
    ['Paper Moons (2015) [DIRECTORS.CUT]', "Director's Cut"],
    ['Paper Moons (2015) - 2160p Director’s Cut', "2160p Director's Cut"],
    ['Paper Moons (2015) - 50th anniversary edition', '50th Anniversary Edition'],
    ['Paper Moons (2015) - 3D SBS', '3D SBS'],
    ['Paper Moons (2015) - 1080p', '1080p'],
    ['Paper Moons (2015) - Night Cut {edition-Extended}', 'Night Cut · Extended'],
    ['Paper.Moons.2015.Directors.Cut.1080p', "Director's Cut"],
    ['Paper Moons (2015)', ''],
  ])('of %s says each thing once', (name, label) => {
    expect(versionLabel(parseName(`Paper Moons (2015)/${name}.mkv`))).toBe(label);
  });

  it('leaves words alone that are no edition', () => {
    for (const text of ['Anniversary Screening', 'Night Cut', '夜', '']) expect(spellEditions(text)).toBe(text);
  });
});
