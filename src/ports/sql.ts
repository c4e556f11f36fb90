import type {
  SqlCursor,
  SqlDescription,
  SqlEncoding,
  SqlParameter,
  SqlProgress,
  SqlRow,
  TransactionMode,
} from './sql-engine.ts';

export interface SqlQuery {
  /** One statement. */
  readonly sql: string;
  readonly parameters?: readonly SqlParameter[] | undefined;
  /** The configuration's when absent; never more than that. */
  readonly timeoutMs?: number | undefined;
  /** Rows after which the query fails; the configuration's when absent, never more than that. */
  readonly rowsMax?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told a few times a second how far the reading of topics has come. */
  readonly onProgress?: ((progress: SqlProgress) => void) | undefined;
}

export interface TableColumn {
  readonly name: string;
  /** A type of SQL, or one of int64, int32, float64, string, boolean, timestamp, date, json. */
  readonly type: string;
  /** True when absent. */
  readonly nullable?: boolean | undefined;
}

export interface TableSchema {
  readonly name: string;
  readonly columns: readonly TableColumn[];
}

export interface SqlQueries {
  query(query: SqlQuery): Promise<SqlCursor<readonly SqlRow[]>>;
  encode(query: SqlQuery, encoding: SqlEncoding): Promise<SqlCursor<Uint8Array>>;
  /** What a statement takes and gives, without running it. */
  describe(query: SqlQuery): Promise<SqlDescription>;
}

/** As SqlEngineTransaction. Once a statement failed, `commit` rolls back and rejects. */
export interface SqlTransaction extends SqlQueries {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** What is asked of SQL: every way in comes through here, so that the limits hold for each. */
export interface Sql extends SqlQueries {
  /** Rejects when as many are open as the configuration allows. */
  begin(mode: TransactionMode): Promise<SqlTransaction>;
  createTable(schema: TableSchema): Promise<void>;
  /** Rows of JSON, all or none of them; gives how many they are. */
  insertRows(table: string, rows: readonly object[]): Promise<number>;
  /** Tables of users, without the topics. */
  listTables(): Promise<readonly string[]>;
  dropTable(name: string): Promise<void>;
}
