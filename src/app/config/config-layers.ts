import type { ConfigKey } from '../../domain/config/config-key.ts';
import { CONFIG_TABLE } from '../../domain/config/config-table.ts';
import { allowedValues, isAllowedValue, parseList } from '../../domain/config/config-value.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { type CombinedKey, FILE_KEYS } from './file-keys.ts';
import { nearestKey } from './nearest-key.ts';
import { quantityOf } from './quantity.ts';
import type { WrittenConfig, WrittenValue } from './written-config.ts';

const KAFKA_PREFIX = 'kafka.';
const PORT_MAX = 65535;
const DEFAULT_LISTENER = CONFIG_TABLE.broker.get('listeners')?.default ?? '';

interface Bound {
  readonly value: string;
  readonly where: string;
}

/** Gathers settings in rising precedence and turns them into values of Kafka's keys, collecting what is wrong. */
export class ConfigLayers {
  readonly #values = new Map<string, string>();
  readonly #origins = new Map<string, string>();
  readonly #problems: ConfigProblem[] = [];
  #bindHost: Bound | undefined;
  #bindPort: Bound | undefined;

  add(written: WrittenConfig): void {
    const short = FILE_KEYS.get(written.key);
    if (short !== undefined && 'combined' in short) {
      this.#addCombined(short.combined, written);
      return;
    }
    const name = short?.kafka ?? kafkaName(written.key);
    const key = CONFIG_TABLE.broker.get(name);
    if (key === undefined) this.#unknown(written);
    else this.#addKafka(name, key, written);
  }

  problem(problem: ConfigProblem): void {
    this.#problems.push(problem);
  }

  /** Throws what is wrong, all of it. */
  finish(): { values: ReadonlyMap<string, string>; origins: ReadonlyMap<string, string> } {
    this.#bindListener();
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    return { values: this.#values, origins: this.#origins };
  }

  #addKafka(name: string, key: ConfigKey, { key: written, value, where }: WrittenConfig): void {
    const text = valueText(name, key, value);
    if (text === undefined || !isAllowedValue(key, text)) {
      const message = `must be ${allowedValues(key)}`;
      this.problem({ where, key: written, value: shown(key, value), message });
      return;
    }
    this.#set(name, text, where);
    if (name !== 'listeners') return;
    this.#bindHost = undefined;
    this.#bindPort = undefined;
  }

  #addCombined(combined: CombinedKey, written: WrittenConfig): void {
    const { key, value, where } = written;
    const text = plainText(value).trim();
    const refuse = (message: string): void => this.problem({ where, key, value: text, message });
    switch (combined) {
      case 'bind-host':
        if (text === '' || /[\s/,]/.test(text)) refuse('must be a host name or an address');
        else this.#bindHost = { value: text, where };
        break;
      case 'bind-port':
        if (!/^\d{1,5}$/.test(text) || Number(text) > PORT_MAX) {
          refuse(`must be a port, 0 to ${PORT_MAX}`);
        } else {
          this.#bindPort = { value: text, where };
        }
        break;
      case 'enable-replication':
        if (text !== 'false') refuse('must be false: there is no replication in this version');
    }
  }

  #bindListener(): void {
    const bound = this.#bindPort ?? this.#bindHost;
    if (bound === undefined) return;
    const [first = DEFAULT_LISTENER, ...others] = parseList(
      this.#values.get('listeners') ?? DEFAULT_LISTENER,
    );
    const [, name = 'PLAINTEXT', host = '', port = ''] = /^(\w+):\/\/(.*):(\d+)$/.exec(first) ?? [];
    const newHost = this.#bindHost?.value ?? host;
    const bracketed = newHost.includes(':') && !newHost.startsWith('[') ? `[${newHost}]` : newHost;
    const listener = `${name}://${bracketed}:${this.#bindPort?.value ?? port}`;
    this.#set('listeners', [listener, ...others].join(','), bound.where);
  }

  #set(name: string, value: string, where: string): void {
    this.#values.set(name, value);
    this.#origins.set(name, where);
  }

  #unknown({ key, where }: WrittenConfig): void {
    const name = kafkaName(key);
    const known = [...FILE_KEYS.keys(), ...CONFIG_TABLE.broker.keys()];
    const nearest = nearestKey(name, known);

    this.problem({
      where,
      key,
      message: 'no such key',
      ...(nearest === undefined ? {} : { nearest }),
    });
  }
}

function kafkaName(key: string): string {
  return key.startsWith(KAFKA_PREFIX) ? key.slice(KAFKA_PREFIX.length) : key;
}

/** The value as Kafka writes it; undefined for tables and dates. */
function valueText(name: string, key: ConfigKey, value: WrittenValue): string | undefined {
  if (Array.isArray(value)) {
    return key.type === 'LIST' ? value.map((each) => String(each)).join(',') : undefined;
  }
  if (typeof value === 'object') return undefined;
  const text = String(value);
  const number = key.type === 'INT' || key.type === 'LONG';
  return (number ? quantityOf(name, text) : undefined) ?? text;
}

function plainText(value: WrittenValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function shown(key: ConfigKey, value: WrittenValue): string {
  if (key.type === 'PASSWORD') return '(hidden)';
  return typeof value === 'string' ? JSON.stringify(value) : plainText(value);
}
