import type { Logger } from '../../ports/logger.ts';
import { loadConfig } from '../config/load-config.ts';
import { type LogLevel, loggerOf } from '../container/logger-of.ts';
import { openBroker } from '../container/open-broker.ts';
import { Broker } from './broker.ts';

export type StorageEngine = 'memory' | 'segment' | 'rocksdb' | 'leveldb';

export interface StartBrokerOptions {
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** 9092 when absent; 0 takes a free port. */
  readonly port?: number;
  /** Where data are kept, `./kawa-data` when absent; memory keeps none. */
  readonly dataDir?: string;
  /** Files in Kafka's own format (`segment`) when absent; `rocksdb` needs the package @nxtedition/rocksdb. */
  readonly storage?: StorageEngine;
  /** A TOML file; the options here go before what it says. */
  readonly configFile?: string;
  /** Any other setting, by its Kafka name (`log.retention.ms`) or TOML path (`network.max_connections`). */
  readonly settings?: Readonly<Record<string, string | number | bigint | boolean>>;
  /** `warn` when absent. Lines of JSON go to standard error. */
  readonly logLevel?: LogLevel;
  /** Takes the log instead; a pino logger fits. */
  readonly logger?: Logger;
}

/**
 * Starts a broker in this process; it accepts connections once the promise resolves. Rejects with a ConfigError that
 * tells everything wrong with the options, or with what kept it from starting.
 */
export async function startBroker(options: StartBrokerOptions = {}): Promise<Broker> {
  const { config } = loadConfig({
    file: options.configFile,
    overrides: {
      ...options.settings,
      'network.bind_host': options.host,
      'network.bind_port': options.port,
      'storage.data_dir': options.dataDir,
      'storage.engine': options.storage,
    },
  });
  const logger = options.logger ?? loggerOf(options.logLevel ?? 'warn');
  return new Broker(await openBroker(config, logger), config);
}
