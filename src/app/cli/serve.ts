import { pinoLogger } from '../../adapters/pino/pino-logger.ts';
import { addressText } from '../../domain/address-text.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import { loadConfig } from '../config/load-config.ts';
import { openBroker } from '../container/open-broker.ts';
import type { RunningBroker } from '../running-broker.ts';
import { CliError, EXIT } from './cli-error.ts';
import { parseHostPort } from './host-port.ts';
import { logLevelOf } from './log-level.ts';

export interface ServeOptions {
  readonly config?: string | undefined;
  /** HOST:PORT of the listener. */
  readonly listen?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly storage?: string | undefined;
  /** `key=value`, by TOML path or Kafka name. */
  readonly set?: readonly string[] | undefined;
}

/** Runs a broker until SIGTERM or SIGINT; then stops it cleanly. Rejects when it cannot start or stop. */
export async function serve(options: ServeOptions): Promise<number> {
  const config = configOf(options);
  // Listening from here on: a signal that comes while the broker starts must stop it cleanly too.
  const stopped = stopSignal();
  const logger = pinoLogger(logLevelOf(process.env));
  const broker = await started(config, logger);
  process.stdout.write(`kawadb ready on ${addressText(broker)}\n`);
  const signal = await stopped;
  logger.info({ signal }, 'stopping');
  // Who cannot wait asks again.
  process.once('SIGINT', () => process.exit(EXIT.failed));
  process.once('SIGTERM', () => process.exit(EXIT.failed));
  await broker.close();
  return EXIT.ok;
}

function configOf(options: ServeOptions): BrokerConfig {
  const listen = options.listen === undefined ? undefined : parseHostPort(options.listen);
  const { config } = loadConfig({
    file: options.config,
    env: process.env,
    set: options.set,
    overrides: {
      'network.bind_host': listen?.host,
      'network.bind_port': listen?.port,
      'storage.data_dir': options.dataDir,
      'storage.engine': options.storage,
    },
  });
  return config;
}

async function started(config: BrokerConfig, logger: Logger): Promise<RunningBroker> {
  try {
    return await openBroker(config, logger);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      const hint = 'stop what listens there, or choose another port with --listen';
      throw new CliError(`the address is taken (${message}); ${hint}`, EXIT.failed, {
        cause: error,
      });
    }
    throw error;
  }
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
}
