import type { Sql, SqlQueries } from '../../ports/sql.ts';
import type { Outbox } from './outbox.ts';
import type { PlannedStatement } from './planned-statement.ts';
import type { Portal, QueryLimits } from './portal.ts';
import { PostgresError } from './postgres-error.ts';
import type { RowSource } from './row-source.ts';
import { SessionSettings } from './session-settings.ts';
import { TransactionBlock } from './transaction-block.ts';

const STATEMENTS_MAX = 1000;
const PORTALS_MAX = 100;

/** What a connection has: settings, prepared statements, portals, and where it is in a transaction. */
export class Session {
  readonly user: string;
  readonly transaction: TransactionBlock;
  readonly settings: SessionSettings;
  readonly statements = new Map<string, PlannedStatement>();
  readonly #portals = new Map<string, Portal>();
  #running: AbortController | undefined;

  constructor(user: string, sql: Sql) {
    this.user = user;
    this.transaction = new TransactionBlock(sql);
    this.settings = new SessionSettings(user);
  }

  queriesFor({ shape, outside }: PlannedStatement): Promise<SqlQueries> {
    const { isolation, readOnly = false } = this.settings.transactionModes;
    const isSnapshot = isolation === 'repeatable read' || isolation === 'serializable';
    return this.transaction.queriesFor({ ...shape, outside }, { readOnly, isSnapshot });
  }

  /** The rows of a portal, which is started by the first call. */
  rowsOf(portal: Portal): Promise<RowSource> {
    return portal.rows(
      () => this.queriesFor(portal.statement),
      () => this.limits(),
    );
  }

  begin(): void {
    this.transaction.open();
    this.settings.begin();
  }

  /** Ends the transaction, and all that lives as long as it; gives whether what it wrote stays. */
  async end(kind: 'commit' | 'rollback', out: Outbox): Promise<boolean> {
    await this.closePortals();
    let committed = false;
    try {
      if (kind === 'commit') committed = await this.transaction.commit();
      else await this.transaction.rollback();
    } finally {
      for (const name of this.settings.end(committed)) {
        out.parameterStatus(name, this.settings.show(name));
      }
    }
    return committed;
  }

  /** Of a statement that begins now; `cancel` ends it. */
  limits(): QueryLimits {
    this.#running = new AbortController();
    return { timeoutMs: this.settings.statementTimeoutMs, signal: this.#running.signal };
  }

  cancel(): void {
    this.#running?.abort();
  }

  statement(name: string): PlannedStatement {
    const statement = this.statements.get(name);
    if (statement !== undefined) return statement;
    const message = `prepared statement "${name}" does not exist`;
    throw new PostgresError('26000', message);
  }

  addStatement(name: string, statement: PlannedStatement): void {
    if (name !== '' && this.statements.has(name)) {
      throw new PostgresError('42P05', `prepared statement "${name}" already exists`);
    }
    if (this.statements.size >= STATEMENTS_MAX) {
      const message = `a connection has at most ${STATEMENTS_MAX} prepared statements`;
      throw new PostgresError('54000', message, { hint: 'close or DEALLOCATE those of no use' });
    }
    this.statements.set(name, statement);
  }

  portal(name: string): Portal {
    const portal = this.#portals.get(name);
    if (portal !== undefined) return portal;
    throw new PostgresError('34000', `portal "${name}" does not exist`);
  }

  async addPortal(name: string, portal: Portal): Promise<void> {
    if (name !== '' && this.#portals.has(name)) {
      throw new PostgresError('42P03', `portal "${name}" already exists`);
    }
    await this.closePortal(name);
    if (this.#portals.size >= PORTALS_MAX) {
      throw new PostgresError('54000', `a connection has at most ${PORTALS_MAX} portals`);
    }
    this.#portals.set(name, portal);
  }

  async closePortal(name: string): Promise<void> {
    const portal = this.#portals.get(name);
    this.#portals.delete(name);
    await portal?.close();
  }

  async closePortals(): Promise<void> {
    const portals = [...this.#portals.values()];
    this.#portals.clear();
    await Promise.all(portals.map((portal) => portal.close()));
  }

  /** Portals live as long as their transaction, and outside of one as long as what Sync ends. */
  async endOfCommands(out: Outbox): Promise<void> {
    if (this.transaction.status !== 'I') return;
    if (this.transaction.isNone) await this.closePortals();
    else await this.end('commit', out);
  }

  /** What a statement that failed leaves. */
  async failed(): Promise<void> {
    if (!this.transaction.isNone) await this.closePortals();
    await this.transaction.fail();
  }

  /** The client has left. */
  async close(): Promise<void> {
    await this.closePortals();
    await this.transaction.rollback();
  }
}
