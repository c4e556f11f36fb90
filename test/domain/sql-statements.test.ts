import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namesIn, splitStatements, sqlTokens } from '../../src/domain/sql/statements.ts';
import { createTableSql } from '../../src/domain/sql/table-ddl.ts';
import { fieldsOf } from '../../src/domain/sql/topic-schema.ts';
import { TopicTables } from '../../src/domain/sql/topic-tables.ts';

test.each([
  ['SELECT 1', [], 'SELECT 1'],
  ['SELECT \';\' ; SELECT ";" -- ; \n ; rest', ["SELECT ';'", 'SELECT ";" -- ;'], 'rest'],
  ['/* ; */ ;;', [], ''],
  ['SELECT $$;$$; SELECT $a$;$$;$a$', ['SELECT $$;$$'], 'SELECT $a$;$$;$a$'],
  ["SELECT 'it''s; open", [], "SELECT 'it''s; open"],
])('%s is split at the semicolons between statements', (sql, statements, rest) => {
  expect(splitStatements(sql)).toEqual({ statements, rest });
});

test('the pieces of any text put together start where they say', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab"\'$;-/*\n \\.1é') }), (sql) => {
      let end = 0;
      for (const { at } of sqlTokens(sql)) {
        expect(at).toBeGreaterThanOrEqual(end);
        end = at;
      }
    }),
  );
});

test('names of tables are found, quoted or not', () => {
  const names = namesIn(`SELECT * FROM "user-events" u JOIN a."b""c" -- hidden\n WHERE x = 'text'`);
  expect([...names]).toEqual(expect.arrayContaining(['user-events', 'a', 'b"c']));
  expect(names.has('hidden')).toBe(false);
  expect(names.has('text')).toBe(false);
});

test('a topic is found by its name and by the one without quotes; its own name goes first', () => {
  const tables = new TopicTables(['a-b', 'a_b', 'c.d', 'Upper', 'upper']);
  expect(tables.find('a-b')).toBe('a-b');
  expect(tables.find('a_b')).toBe('a_b');
  expect(tables.find('C_D')).toBe('c.d');
  expect(tables.find('upper')).toBe('upper');
  expect(tables.find('Upper')).toBe('Upper');
  expect(tables.find('nothing')).toBeUndefined();
});

test('what a sample shows too little of is read as a wider type', () => {
  const structure = {
    id: 'UBIGINT',
    none: 'NULL',
    tags: ['UBIGINT'],
    at: { x: 'NULL' },
    ID: 'VARCHAR',
    '': 'DATE',
  };
  expect(fieldsOf(structure)).toEqual([
    { name: 'id', structure: 'BIGINT' },
    { name: 'none', structure: 'JSON' },
    { name: 'tags', structure: ['BIGINT'] },
    { name: 'at', structure: { x: 'JSON' } },
  ]);
  expect(fieldsOf('VARCHAR')).toEqual([]);
});

test('a table is made of names and types, nothing else', () => {
  const columns = [
    { name: 'id', type: 'int64', nullable: false },
    { name: 'a "b', type: 'DECIMAL(10, 2)[]' },
  ];
  expect(createTableSql('my table', columns)).toBe(
    'CREATE TABLE "my table" ("id" BIGINT NOT NULL, "a ""b" DECIMAL(10, 2)[])',
  );
  for (const type of ['int); DROP TABLE t; --', 'INT DEFAULT (1)', "ENUM('a')", '']) {
    expect(() => createTableSql('t', [{ name: 'a', type }])).toThrow('no type');
  }
  expect(() => createTableSql('t', [])).toThrow('no columns');
});
