import 'reflect-metadata';
import { Container } from 'inversify';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { LogStore } from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';
import { kafkaModule } from './kafka-module.ts';
import { platformModule } from './platform-module.ts';
import { administrationModule, coordinatorsModule, dataPathModule } from './services-module.ts';
import { shareModule } from './share-module.ts';
import { sqlModule } from './sql-module.ts';
import { storageModule } from './storage-module.ts';
import { streamsGroupModule } from './streams-group-module.ts';
import { type IdentityOf, TOKENS } from './tokens.ts';
import { transactionsModule } from './transactions-module.ts';

export interface ContainerValues {
  readonly config: BrokerConfig;
  readonly logger: Logger;
  readonly store: LogStore;
  readonly nodeId: number;
  readonly identity: IdentityOf;
}

/** The objects of one broker. Nothing is shared between containers, so a process can hold many brokers. */
export function createContainer(values: ContainerValues): Container {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(TOKENS.brokerConfig).toConstantValue(values.config);
  container.bind(TOKENS.logger).toConstantValue(values.logger);
  container.bind(TOKENS.store).toConstantValue(values.store);
  container.bind(TOKENS.nodeId).toConstantValue(values.nodeId);
  container.bind(TOKENS.identity).toConstantValue(values.identity);
  container.load(platformModule, storageModule, administrationModule);
  container.load(dataPathModule, coordinatorsModule, transactionsModule);
  container.load(shareModule, streamsGroupModule, sqlModule, kafkaModule);
  return container;
}
