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
  ...{ transaction_isolation: 'read committed', transaction_read_only: 'off', lock_timeout: '0' },
  ...{ default_transaction_isolation: 'read committed', max_identifier_length: '63' },
  ...{
    transaction_deferrable: 'off',
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

  show(name: string): string {
    const known = KNOWN.get(name.toLowerCase());
    const value =
      known === undefined
        ? this.#custom.get(name.toLowerCase())
        : (this.#values.get(known) ?? DEFAULTS[known]);
    if (value === undefined) throw unknownSetting(name);
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
    if (known === 'statement_timeout' && !isDefault) durationMs(value);
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
