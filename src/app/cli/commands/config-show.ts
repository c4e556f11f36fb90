import type { BrokerConfig } from '../../../domain/config/broker-config.ts';
import { CONFIG_TABLE } from '../../../domain/config/config-table.ts';
import { FILE_KEYS } from '../../config/file-keys.ts';
import { loadConfig } from '../../config/load-config.ts';
import { nearestKey } from '../../config/nearest-key.ts';
import { usageError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { OutputFormat } from '../client-options.ts';
import { print, tableText } from '../output.ts';

interface Options {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly changed?: boolean;
  readonly output: OutputFormat;
}

const HIDDEN = '(hidden)';

export async function run(wanted: readonly string[], options: Options, io: CliIo) {
  const { config } = loadConfig({ file: options.config, env: io.env, set: options.set });
  const names = wanted.length === 0 ? allNames() : wanted.map(knownName);
  const entries = names
    .map((name) => ({
      name,
      value: shown(name, config.resolve(name)),
      source: sourceOf(config, name),
    }))
    .filter(({ source }) => options.changed !== true || source !== 'default');
  const columns = [{ title: 'KEY' }, { title: 'VALUE' }, { title: 'SOURCE' }];
  const rows = entries.map(({ name, value, source }) => [name, value, source]);
  print(io, options.output, { json: entries, text: tableText(columns, rows) });
  return 0;
}

function allNames(): readonly string[] {
  return [...CONFIG_TABLE.broker].filter(([, { internal }]) => !internal).map(([name]) => name);
}

/** What the short keys of the file become a part of. */
const PART_OF: Readonly<Record<string, string>> = {
  'bind-host': 'listeners',
  'bind-port': 'listeners',
  'sync-interval': 'log.flush.interval.ms',
};

/** Takes the short keys of the file too. */
function knownName(name: string): string {
  if (CONFIG_TABLE.broker.has(name)) return name;
  const short = FILE_KEYS.get(name);
  const kafka = short === undefined || 'kafka' in short ? short?.kafka : PART_OF[short.combined];
  if (kafka !== undefined) return kafka;
  const nearest = nearestKey(name, [...FILE_KEYS.keys(), ...CONFIG_TABLE.broker.keys()]);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  throw usageError(`no such key: ${name}${hint}`);
}

/** A value that comes from another key, as `log.retention.ms` from the hours, has that key's source. */
function sourceOf(config: BrokerConfig, name: string): string {
  if (config.text(name) !== null) return config.origin(name);
  const synonyms = CONFIG_TABLE.broker.get(name)?.synonyms ?? [];
  const from = synonyms.find((synonym) => config.text(synonym.name) !== null);
  return config.origin(from?.name ?? name);
}

function shown(name: string, value: string | null): string | null {
  return CONFIG_TABLE.broker.get(name)?.type === 'PASSWORD' && value !== null ? HIDDEN : value;
}
