// The word and number of a stack. Written together it is a stack wherever it ends the name; apart ("Part 2") it may be the title's.
const GLUED = /(?:^|[\s._\-([])(cd|dvd|part|pt|disc|disk)([1-9]|[a-d])[\])]?$/i;
const APART = /[\s._\-([](cd|dvd|part|pt|disc|disk)[\s._-]([1-9]|[a-d])[\])]?$/i;
const AFTER_YEAR = /(?:19|20)\d\d[\])}]?/;
const ALWAYS = /^(?:cd|dvd|disc|disk)$/i;

export interface PartAndRest {
  part?: number;
  /** The name without its part. */
  rest: string;
}

function valueOf(sign: string): number {
  return /\d/.test(sign) ? Number(sign) : sign.toLowerCase().charCodeAt(0) - 96;
}

/** Takes the number of a part off a name whose file is one of several: "Name cd1", "Name (1999) part b". */
export function takePart(name: string): PartAndRest {
  const end = name.slice(-12);
  const match = GLUED.exec(end) ?? APART.exec(end);
  if (!match) return { rest: name };
  const rest = name.slice(0, name.length - (end.length - match.index));
  const certain =
    ALWAYS.test(match[1]!) || /^(?:part|pt)\w/i.test(match[0].replace(/^[\s._\-([]/, '')) || AFTER_YEAR.test(rest);
  if (!certain || rest.trim() === '' || /s\d{1,3}e\d/i.test(rest)) return { rest: name };
  return { part: valueOf(match[2]!), rest };
}
