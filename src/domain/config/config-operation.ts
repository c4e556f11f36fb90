import { KafkaError } from '../kafka-error.ts';
import type { ConfigKey } from './config-key.ts';
import { parseList } from './config-value.ts';

export interface ConfigOperation {
  readonly name: string;
  readonly operation: 'set' | 'delete' | 'append' | 'subtract' | 'unknown';
  readonly value: string | null;
}

/** The configs after the operations (KIP-339). `inherited` gives what a key has when nothing is set. */
export function applyConfigOperations(
  configs: ReadonlyMap<string, string>,
  operations: readonly ConfigOperation[],
  table: ReadonlyMap<string, ConfigKey>,
  inherited: (name: string) => string | null,
): Map<string, string> {
  checkOperations(operations);
  const changed = new Map(configs);
  for (const { name, operation, value } of operations) {
    if (operation === 'delete') {
      changed.delete(name);
    } else if (operation === 'set') {
      changed.set(name, value ?? '');
    } else {
      checkList(name, operation, table);
      const items = [...parseList(changed.get(name) ?? inherited(name) ?? '')];
      changed.set(name, edited(items, operation, parseList(value ?? '')).join(','));
    }
  }
  return changed;
}

function checkOperations(operations: readonly ConfigOperation[]): void {
  const names = operations.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new KafkaError('INVALID_REQUEST', 'a key is named more than once');
  }
  const unknown = operations.find(({ operation }) => operation === 'unknown');
  if (unknown !== undefined) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `the operation on ${unknown.name} is none of set, delete, append and subtract`,
    );
  }
  const empty = operations.filter(
    ({ operation, value }) => operation !== 'delete' && value === null,
  );
  if (empty.length > 0) {
    const list = empty.map(({ name }) => name).join(',');
    throw new KafkaError('INVALID_REQUEST', `only delete goes without a value: ${list}`);
  }
}

function checkList(
  name: string,
  operation: 'append' | 'subtract' | 'unknown',
  table: ReadonlyMap<string, ConfigKey>,
): void {
  if (table.get(name)?.type === 'LIST') return;
  throw new KafkaError(
    'INVALID_CONFIG',
    `${name} is no list, so that ${operation} cannot be applied`,
  );
}

function edited(items: string[], operation: string, given: readonly string[]): string[] {
  if (operation === 'subtract') return items.filter((item) => !given.includes(item));
  return [...items, ...given.filter((item) => !items.includes(item))];
}
