import { CONFIG_TABLE } from '../../domain/config/config-table.ts';
import { FILE_KEYS } from './file-keys.ts';
import type { WrittenConfig } from './written-config.ts';

const KAWADB_PREFIX = 'KAWADB_';

/**
 * The settings of the environment: `network.bind_port` is KAWADB_NETWORK__BIND_PORT, `log.retention.ms` is
 * KAFKA_LOG_RETENTION_MS. Unknown names with a double underscore are settings that were misspelt; all others
 * belong to somebody else (KAFKA_HEAP_OPTS).
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): readonly WrittenConfig[] {
  const keys = keysByName();
  return Object.entries(env).flatMap(([name, value]): WrittenConfig[] => {
    if (value === undefined) return [];
    const where = `environment ${name}`;
    const key = keys.get(name);
    if (key !== undefined) return [{ key, value, where }];
    if (!name.startsWith(KAWADB_PREFIX) || !name.includes('__')) return [];
    const path = name.slice(KAWADB_PREFIX.length).replaceAll('__', '.').toLowerCase();
    return [{ key: path, value, where }];
  });
}

function keysByName(): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const name of CONFIG_TABLE.broker.keys()) {
    const suffix = name.replaceAll('.', '_').toUpperCase();
    keys.set(`KAFKA_${suffix}`, name);
    keys.set(`${KAWADB_PREFIX}KAFKA__${suffix}`, name);
  }
  for (const path of FILE_KEYS.keys()) {
    keys.set(`${KAWADB_PREFIX}${path.replaceAll('.', '__').toUpperCase()}`, path);
    keys.set(`${KAWADB_PREFIX}${path.replaceAll('.', '_').toUpperCase()}`, path);
  }
  return keys;
}
