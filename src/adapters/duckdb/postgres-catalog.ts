import { type DuckDBConnection, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { TOPIC_OIDS_FROM } from '../../domain/postgres/catalog-base.ts';
import { catalogDefinitions } from '../../domain/postgres/catalog-definitions.ts';
import { COMPATIBILITY_CATALOG } from '../../domain/postgres/engine-sql.ts';
import { literalText } from '../../domain/postgres/session-statement.ts';
import { sqlTokens } from '../../domain/sql/statements.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';
import type { TopicCatalog } from './topic-catalog.ts';

/** Topics whose columns are looked for when a statement asks for those of all of them. */
const TOPICS_LOOKED_AT_MAX = 500;
/** Relations that tell of columns. */
const OF_COLUMNS = /\b(pg_attribute|pg_attrdef|columns|relnatts)\b/i;

/** Keeps what PostgreSQL's catalogs tell as the topics are; made when a statement asks for the first time. */
export class PostgresCatalog {
  readonly #topics: TopicCatalog;
  /** Identifiers that were given, which stay: clients ask for them in a second statement. */
  readonly #oids = new Map<string, number>();
  #listed = '';
  #isMade = false;

  constructor(topics: TopicCatalog) {
    this.#topics = topics;
  }

  async prepare(sql: string, parameters: readonly SqlParameter[]): Promise<void> {
    if (!sql.includes(COMPATIBILITY_CATALOG)) return;
    await this.#topics.inTurn(async (own) => {
      if (!this.#isMade) for (const statement of catalogDefinitions()) await own.run(statement);
      this.#isMade = true;
      await this.#list(own);
    });
    await this.#topics.refresh(this.#topicsAskedFor(sql, parameters));
  }

  async #list(own: DuckDBConnection): Promise<void> {
    const { topics } = this.#topics.tables;
    const listed = topics.join(' ');
    if (listed === this.#listed) return;
    for (const topic of topics) {
      if (!this.#oids.has(topic)) this.#oids.set(topic, TOPIC_OIDS_FROM + this.#oids.size);
    }
    await own.run(`DELETE FROM ${COMPATIBILITY_CATALOG}.main.topics`);
    const oids = topics.map((topic) => String(this.#oids.get(topic)));
    await own.run(
      `INSERT INTO ${COMPATIBILITY_CATALOG}.main.topics SELECT unnest($1)::BIGINT, unnest($2)`,
      [listValue(oids), listValue([...topics])],
      [LIST(VARCHAR), LIST(VARCHAR)],
    );
    this.#listed = listed;
  }

  /** Those a statement names in its texts, numbers and parameters; else all, when it asks for columns. */
  #topicsAskedFor(sql: string, parameters: readonly SqlParameter[]): readonly string[] {
    const { topics } = this.#topics.tables;
    const byOid = new Map([...this.#oids].map(([topic, oid]) => [String(oid), topic]));
    const known = new Set(topics);
    const texts = [...sqlTokens(sql)]
      .filter(({ kind }) => kind === 'text')
      .map(({ text }) => literalText(text));
    const numbers = sql.match(/\b\d{5,8}\b/g) ?? [];
    const named = [...texts, ...numbers, ...parameters.map(String)]
      .map((text) => byOid.get(text) ?? plainName(text))
      .filter((name) => known.has(name));
    if (named.length > 0) return [...new Set(named)];
    return OF_COLUMNS.test(sql) ? topics.slice(0, TOPICS_LOOKED_AT_MAX) : [];
  }
}

/** Of the pattern that psql makes of a name, `^(orders)$`, with what `~` was widened by. */
function plainName(text: string): string {
  const inside = /\^\((.*)\)\$/s.exec(text)?.[1] ?? text;
  return inside.replaceAll('\\', '');
}
