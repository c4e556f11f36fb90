import {
  ISOLATION_LEVELS,
  type IsolationLevel,
  type TransactionModes,
} from '../../domain/postgres/transaction-modes.ts';
import { PostgresError } from './postgres-error.ts';

/** Told to the client at the start and whenever they change. */
const REPORTED: Readonly<Record<string, string>> = {
  server_version: '15.0 (KawaDB)',
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  application_name: '',
  default_transaction_read_only: 'off',
  in_hot_standby: 'off',
  is_superuser: 'off',
  session_authorization: '',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  integer_datetimes: 'on',
  standard_conforming_strings: 'on',
};

const OTHERS: Readonly<Record<string, string>> = {
  ...{ search_path: '"$user", public', statement_timeout: '0', extra_float_digits: '1' },
  ...{ server_version_num: '150000', bytea_output: 'hex', client_min_messages: 'notice' },
  ...{ transaction_isolation: '', transaction_read_only: '', lock_timeout: '0' },
  ...{ default_transaction_isolation: 'read committed', max_identifier_length: '63' },
  ...{
    transaction_deferrable: '',
    default_transaction_deferrable: 'off',
    idle_in_transaction_session_timeout: '0',
    row_security: 'on',
  },
  ...{ lc_collate: 'C', lc_ctype: 'C', lc_messages: 'C', lc_monetary: 'C', lc_numeric: 'C' },
  ...{ lc_time: 'C', xmloption: 'content', synchronize_seqscans: 'on', jit: 'off', geqo: 'on' },
  ...{ default_table_access_method: 'heap', default_tablespace: '', max_index_keys: '32' },
  ...{ quote_all_identifiers: 'off', work_mem: '4MB', synchronous_commit: 'on', ssl: 'off' },
};

const DEFAULTS: Readonly<Record<string, string>> = { ...REPORTED, ...OTHERS };
const KNOWN: ReadonlyMap<string, string> = new Map(
  Object.keys(DEFAULTS).map((name) => [name.toLowerCase(), name]),
);
const READ_ONLY = new Set([
  ...['server_version', 'server_version_num', 'server_encoding', 'is_superuser', 'in_hot_standby'],
  ...['session_authorization', 'integer_datetimes', 'max_identifier_length', 'max_index_keys'],
  ...['lc_collate', 'lc_ctype', 'ssl'],
]);
/** Settings that can only stay what they are, as the results are written so. */
const FIXED: Readonly<Record<string, RegExp>> = {
  client_encoding: /^(utf-?8|unicode)$/i,
  DateStyle: /^iso\b/i,
  IntervalStyle: /^postgres$/i,
  standard_conforming_strings: /^(on|true|1)$/i,
  bytea_output: /^hex$/i,
  // Times are UTC to the engine, whatever zone a driver asks for on its own.
  TimeZone: /(?:)/,
};

/** What SET sets and SHOW shows of one connection. */
export class SessionSettings {
  readonly #values = new Map<string, string>();
  readonly #custom = new Map<string, string>();
  /** What settings were before SET LOCAL. */
  readonly #beforeLocal = new Map<string, string | undefined>();
  /** What they were before the transaction. */
  #before: { values: Map<string, string>; custom: Map<string, string> } | undefined;

  constructor(user: string) {
    this.#values.set('session_authorization', user);
  }

  get reported(): readonly (readonly [string, string])[] {
    return Object.keys(REPORTED).map((name) => [name, this.show(name)]);
  }

  /** In milliseconds; undefined where the client set none. */
  get statementTimeoutMs(): number | undefined {
    const timeoutMs = durationMs(this.show('statement_timeout'));
    return timeoutMs === 0 ? undefined : timeoutMs;
  }

  /** In milliseconds; undefined where the client set none. */
  get idleInTransactionTimeoutMs(): number | undefined {
    const timeoutMs = durationMs(this.show('idle_in_transaction_session_timeout'));
    return timeoutMs === 0 ? undefined : timeoutMs;
  }

  /** Of the transaction, or of those to come. */
  get transactionModes(): TransactionModes {
    return {
      isolation: this.show('transaction_isolation').toLowerCase() as IsolationLevel,
      readOnly: isOn(this.show('transaction_read_only')),
      deferrable: isOn(this.show('transaction_deferrable')),
    };
  }

  setLocalModes(modes: TransactionModes): void {
    for (const [name, value] of settingsOf(modes)) this.setLocal(`transaction_${name}`, value);
  }

  setDefaultModes(modes: TransactionModes): void {
    for (const [name, value] of settingsOf(modes)) this.set(`default_transaction_${name}`, value);
  }

  begin(): void {
    this.#before ??= { values: new Map(this.#values), custom: new Map(this.#custom) };
  }

  /** A transaction that was rolled back changed nothing; of any other, SET LOCAL ends. Gives what the client has to be told of. */
  end(committed: boolean): readonly string[] {
    const before = this.reported;
    if (this.#before !== undefined && !committed) {
      restore(this.#values, this.#before.values);
      restore(this.#custom, this.#before.custom);
    } else {
      for (const [name, value] of this.#beforeLocal) {
        const values = KNOWN.has(name.toLowerCase()) ? this.#values : this.#custom;
        if (value === undefined) values.delete(name);
        else values.set(name, value);
      }
    }
    this.#before = undefined;
    this.#beforeLocal.clear();
    return before.flatMap(([name, value]) => (this.show(name) === value ? [] : [name]));
  }

  /** As `set`, up to the end of the transaction. */
  setLocal(name: string, value: string): string | undefined {
    const known = KNOWN.get(name.toLowerCase());
    const key = known ?? name.toLowerCase();
    const values = known === undefined ? this.#custom : this.#values;
    if (!this.#beforeLocal.has(key)) this.#beforeLocal.set(key, values.get(key));
    return this.set(name, value);
  }

  show(name: string): string {
    const known = KNOWN.get(name.toLowerCase());
    const value =
      known === undefined
        ? this.#custom.get(name.toLowerCase())
        : (this.#values.get(known) ?? DEFAULTS[known]);
    if (value === undefined) throw unknownSetting(name);
    if (value === '' && known?.startsWith('transaction_')) return this.show(`default_${known}`);
    return value;
  }

  all(): readonly (readonly [string, string])[] {
    return [...KNOWN.values()].sort().map((name) => [name, this.show(name)]);
  }

  /** Gives the setting's name when the client has to be told of its new value. */
  set(name: string, value: string): string | undefined {
    const known = KNOWN.get(name.toLowerCase());
    if (known === undefined) {
      // Names with a dot belong to whoever uses them.
      if (!name.includes('.')) throw unknownSetting(name);
      this.#custom.set(name.toLowerCase(), value);
      return undefined;
    }
    if (READ_ONLY.has(known)) {
      throw new PostgresError('55P02', `parameter "${known}" cannot be changed`);
    }
    const isDefault = value.toLowerCase() === 'default';
    const fixed = FIXED[known];
    if (fixed !== undefined) {
      if (isDefault || fixed.test(value)) return undefined;
      throw new PostgresError(
        '22023',
        `parameter "${known}" is ${this.show(known)} here, and no other`,
      );
    }
    if (known.endsWith('_timeout') && !isDefault) durationMs(value);
    if (!isDefault) checkTransactionSetting(known, value);
    if (isDefault) this.#values.delete(known);
    else this.#values.set(known, value);
    return known in REPORTED ? known : undefined;
  }

  reset(): void {
    const user = this.show('session_authorization');
    this.#values.clear();
    this.#custom.clear();
    this.#values.set('session_authorization', user);
  }
}

function restore(values: Map<string, string>, before: ReadonlyMap<string, string>): void {
  values.clear();
  for (const [name, value] of before) values.set(name, value);
}

function isOn(value: string): boolean {
  return /^(on|true|yes|1|t|y)$/i.test(value);
}

function settingsOf({ isolation, readOnly, deferrable }: TransactionModes): [string, string][] {
  return [
    ...(isolation === undefined ? [] : [['isolation', isolation] as [string, string]]),
    ...(readOnly === undefined ? [] : [['read_only', onOff(readOnly)] as [string, string]]),
    ...(deferrable === undefined ? [] : [['deferrable', onOff(deferrable)] as [string, string]]),
  ];
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}

function checkTransactionSetting(name: string, value: string): void {
  if (!name.endsWith('transaction_isolation')) return;
  if (ISOLATION_LEVELS.some((level) => level === value.toLowerCase())) return;
  throw new PostgresError('22023', `invalid value for parameter "${name}": "${value}"`, {
    hint: `available values: ${ISOLATION_LEVELS.join(', ')}`,
  });
}

function unknownSetting(name: string): PostgresError {
  return new PostgresError('42704', `unrecognized configuration parameter "${name}"`, {
    hint: 'settings of the broker are in its configuration',
  });
}

const UNITS_MS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
};

function durationMs(text: string): number {
  const [, count, unit = ''] = /^\s*(\d{1,9})\s*([a-z]*)\s*$/.exec(text) ?? [];
  const factor = UNITS_MS[unit];
  if (count === undefined || factor === undefined) {
    throw new PostgresError('22023', `"${text}" is no duration: 5000, 5s, 1min`);
  }
  return Number(count) * factor;
}
