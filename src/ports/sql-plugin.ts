import type { SqlValue } from './sql-engine.ts';

export type SqlFunctionType =
  | 'BOOLEAN'
  | 'BIGINT'
  | 'DOUBLE'
  | 'VARCHAR'
  | 'DOUBLE[]'
  | 'VARCHAR[]';

/** A function of SQL that is written in JavaScript. */
export interface SqlFunction {
  readonly name: string;
  readonly parameters: readonly SqlFunctionType[];
  /** The type of any number of further parameters. */
  readonly variadic?: SqlFunctionType | undefined;
  readonly returns: SqlFunctionType;
  /**
   * Gives the value for each of `rows` rows, of the values of each parameter; rows with a NULL are not among them, as the
   * result is NULL there. It runs in the engine's thread and must answer at once. What it throws ends the statement, with
   * that message.
   */
  evaluate(columns: readonly (readonly SqlValue[])[], rows: number): readonly SqlValue[];
}

/** Functions that come together. */
export interface SqlPlugin {
  readonly functions: readonly SqlFunction[];
}

/**
 * What the module of a plug-in exports as `default`. It is called once, when the engine is opened, with the options that follow
 * the module's name in the setting `sql.plugins`.
 */
export type SqlPluginFactory = (
  options: Readonly<Record<string, string>>,
) => SqlPlugin | Promise<SqlPlugin>;
