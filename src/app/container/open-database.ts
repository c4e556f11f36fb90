import { mkdir } from 'node:fs/promises';
import { nodeFileSystem } from '../../adapters/data-folder/file-system.ts';
import { nodeProcesses } from '../../adapters/data-folder/process-identity.ts';
import { StoreLock } from '../../adapters/data-folder/store-lock.ts';
import { systemTimer } from '../../adapters/node/system-timer.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Sql } from '../../ports/sql.ts';
import { LazyEngine } from '../services/sql/lazy-engine.ts';
import { noHistory, noTopics } from '../services/sql/no-topics.ts';
import type { ResultLimits } from '../services/sql/result-limits.ts';
import { SqlService } from '../services/sql/sql-service.ts';
import { dataDirectoryOf } from './log-store-of.ts';
import { sqlEngineOf } from './sql-engine-of.ts';
import { resultLimitsOf } from './sql-module.ts';

export interface OpenedDatabase {
  readonly sql: Sql;
  /** Afterwards everything is in its file, and the folder is free. */
  close(): Promise<void>;
}

/**
 * SQL over tables alone, without a broker. Rejects when the folder cannot be used, such as while a broker or another
 * database has it open.
 */
export async function openDatabase(config: BrokerConfig, logger: Logger): Promise<OpenedDatabase> {
  const lock = await lockOf(config);
  const engine = new LazyEngine(() =>
    sqlEngineOf(config, {
      ...{ source: noTopics, history: noHistory, streamStatus: () => [] },
      logger: logger.child({ component: 'sql' }),
    }),
  );
  try {
    await engine.opened();
  } catch (error) {
    await lock?.release();
    throw error;
  }
  const limits = (): ResultLimits => resultLimitsOf(config);
  const sql = new SqlService({
    engine,
    timer: systemTimer,
    limits,
    transactionsMax: config.get('sql.transactions_max'),
  });
  return {
    sql,
    close: async () => {
      await sql.close();
      await lock?.release();
    },
  };
}

async function lockOf(config: BrokerConfig): Promise<StoreLock | undefined> {
  if (config.get('storage.engine') === 'memory') return undefined;
  const directory = dataDirectoryOf(config);
  await mkdir(directory, { recursive: true });
  const lock = new StoreLock(nodeFileSystem, directory, nodeProcesses);
  await lock.acquire();
  return lock;
}
