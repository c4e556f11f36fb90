import { BASE_RELATIONS } from './catalog-base.ts';
import { FUNCTIONS, INTERNAL_FUNCTIONS } from './catalog-functions.ts';
import { CATALOG_VIEWS } from './catalog-relations.ts';
import { COMPATIBILITY_CATALOG } from './engine-sql.ts';
import { INFORMATION_VIEWS } from './information-schema.ts';

/** The statements that make PostgreSQL's catalogs, in an order in which each finds what it needs. */
export function catalogDefinitions(): string[] {
  const base = `${COMPATIBILITY_CATALOG}.main`;
  const pg = `${COMPATIBILITY_CATALOG}.pg`;
  const information = `${COMPATIBILITY_CATALOG}.information`;
  return [
    `CREATE SCHEMA IF NOT EXISTS ${pg}`,
    `CREATE SCHEMA IF NOT EXISTS ${information}`,
    `CREATE OR REPLACE TABLE ${base}.topics (oid BIGINT, name VARCHAR)`,
    ...Object.entries(INTERNAL_FUNCTIONS).map(
      ([name, [parameters, body]]) =>
        `CREATE OR REPLACE MACRO ${base}.${name}(${parameters}) AS ${body}`,
    ),
    ...views(base, BASE_RELATIONS),
    ...views(pg, { pg_type: CATALOG_VIEWS['pg_type'] as string }),
    ...views(pg, { pg_settings: CATALOG_VIEWS['pg_settings'] as string }),
    ...Object.entries(FUNCTIONS).map(([name, overloads]) => {
      const bodies = overloads.map(([parameters, body]) => `(${parameters}) AS (${body})`);
      return `CREATE OR REPLACE MACRO ${pg}.${name}${bodies.join(', ')}`;
    }),
    ...views(pg, CATALOG_VIEWS),
    ...views(information, INFORMATION_VIEWS),
  ];
}

function views(schema: string, selects: Readonly<Record<string, string>>): string[] {
  return Object.entries(selects).map(
    ([name, select]) => `CREATE OR REPLACE VIEW ${schema}.${name} AS ${select}`,
  );
}
