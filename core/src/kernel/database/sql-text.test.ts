import { describe, expect, it } from 'vitest';
import { numberPlaceholders, quoteName, splitStatements } from './sql-text.ts';

describe('splitStatements', () => {
  it.each([
    ['two statements', 'select 1; select 2', ['select 1', 'select 2']],
    ['empty ones and comments', ';;-- nothing; here\n/* nor; here */;\nselect 1;', ['select 1']],
    ['a comment before a statement', '-- a table\ncreate table a (b text);', ['-- a table\ncreate table a (b text)']],
    [
      'semicolons in text',
      `insert into a values ('x;y', 'it''s; fine', "odd;name");select 1`,
      [`insert into a values ('x;y', 'it''s; fine', "odd;name")`, 'select 1'],
    ],
    [
      'a dollar quote',
      'create function f() as $body$ begin; x := $1; end; $body$; select 1',
      ['create function f() as $body$ begin; x := $1; end; $body$', 'select 1'],
    ],
    ['text that is not closed', "select 'a; b", ["select 'a; b"]],
  ])('knows %s', (_, sql, expected) => {
    expect(splitStatements(sql)).toEqual(expected);
  });

  it('keeps the body of a trigger together, with its own statements and cases', () => {
    const trigger = `create trigger keep after update on items begin
      update items set kind = case when new.a then 'x;' else 'y' end where id = new.id;
      delete from old_items where id = new.id;
    end`;
    expect(splitStatements(`select 1;\n${trigger};\nselect 2;`)).toEqual(['select 1', trigger, 'select 2']);
  });

  it('does not take other words for the beginning of a body', () => {
    expect(splitStatements('create table begin_at (a text); drop table begin_at;')).toHaveLength(2);
  });
});

describe('numberPlaceholders', () => {
  it.each([
    ['select ?', 'select $1'],
    ['a = ? and b in (?, ?) and c = ?', 'a = $1 and b in ($2, $3) and c = $4'],
    [`a = '?' and "b?" = ? -- why?\nand c = ?`, `a = '?' and "b?" = $1 -- why?\nand c = $2`],
    ["doc ?? 'key' and a = ?", "doc ? 'key' and a = $1"],
    ["doc ??| array['a'] /* ? */", "doc ?| array['a'] /* ? */"],
    ['nothing', 'nothing'],
  ])('%s', (sql, expected) => {
    expect(numberPlaceholders(sql)).toBe(expected);
  });
});

describe('quoteName', () => {
  it('quotes names and refuses anything else', () => {
    expect(quoteName('sort_title')).toBe('"sort_title"');
    for (const name of ['', 'a b', 'a"; drop table accounts; --', '1a'])
      expect(() => quoteName(name)).toThrow(/cannot be the name/);
  });
});
