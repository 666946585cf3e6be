/** Where the quoted text, comment or dollar quote that begins at `start` ends; `start` itself when none begins there. */
function skipQuoted(sql: string, start: number): number {
  const character = sql[start];
  if (character === "'" || character === '"' || character === '`') {
    let end = start + 1;
    while (end < sql.length && (sql[end] !== character || sql[end + 1] === character))
      end += sql[end] === character ? 2 : 1;
    return Math.min(end + 1, sql.length);
  }
  if (character === '-' && sql[start + 1] === '-') return endOf(sql, '\n', start);
  if (character === '/' && sql[start + 1] === '*') return endOf(sql, '*/', start + 2);
  if (character === '$') {
    const tag = /^\$(?:[A-Za-z_]\w*)?\$/.exec(sql.slice(start, start + 66))?.[0];
    if (tag) return endOf(sql, tag, start + tag.length);
  }
  return start;
}

function endOf(sql: string, mark: string, from: number): number {
  const at = sql.indexOf(mark, from);
  return at === -1 ? sql.length : at + mark.length;
}

const wordAt = /[A-Za-z_]\w*/y;

/**
 * The statements of an SQL file, without their semicolons. Semicolons in strings, comments, dollar quotes and the bodies of
 * SQLite triggers do not end one.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let begin = 0;
  let depth = 0;
  let words: string[] = [];
  const take = (end: number): void => {
    const statement = sql.slice(begin, end).trim();
    if (words.length > 0) statements.push(statement);
    begin = end + 1;
    depth = 0;
    words = [];
  };
  for (let at = 0; at < sql.length;) {
    const after = skipQuoted(sql, at);
    if (after > at) {
      at = after;
      continue;
    }
    wordAt.lastIndex = at;
    const word = wordAt.exec(sql)?.[0].toLowerCase();
    if (word) {
      words.push(word);
      if (isTrigger(words)) depth += word === 'begin' || word === 'case' ? 1 : word === 'end' ? -1 : 0;
      at += word.length;
      continue;
    }
    if (sql[at] === ';' && depth <= 0) take(at);
    at += 1;
  }
  take(sql.length);
  return statements;
}

const isTrigger = (words: readonly string[]): boolean => words[0] === 'create' && words.slice(1, 3).includes('trigger');

/** `?` becomes `$1`, `$2`, …; `??` stands for a question mark of SQL's own, such as PostgreSQL's jsonb operator. */
export function numberPlaceholders(sql: string): string {
  let text = '';
  let count = 0;
  let kept = 0;
  for (let at = 0; at < sql.length;) {
    const after = skipQuoted(sql, at);
    if (after > at) {
      at = after;
    } else if (sql[at] !== '?') {
      at += 1;
    } else if (sql[at + 1] === '?') {
      text += sql.slice(kept, at + 1);
      at = kept = at + 2;
    } else {
      count += 1;
      text += `${sql.slice(kept, at)}$${count}`;
      at = kept = at + 1;
    }
  }
  return text + sql.slice(kept);
}

/** Quotes a table or column name that the code itself brings. */
export function quoteName(name: string): string {
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) throw new Error(`"${name}" cannot be the name of a table or column.`);
  return `"${name}"`;
}
