import type { Container } from 'inversify';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { TransportAddress } from '../../ports/transport.ts';
import type { Lifecycle } from '../lifecycle.ts';
import { httpListenerOf } from './http-listener-of.ts';
import type { KafkaListeners } from './kafka-listeners.ts';
import { postgresListenerOf } from './postgres-listener-of.ts';
import { TOKENS } from './tokens.ts';

/** Undefined where the listener is switched off. */
export interface OtherAddresses {
  readonly http: TransportAddress | undefined;
  readonly postgres: TransportAddress | undefined;
}

/** The doors, last: whoever comes in finds everything in its place. */
export async function startListeners(
  container: Container,
  lifecycle: Lifecycle,
  { config, kafka }: { readonly config: BrokerConfig; readonly kafka: KafkaListeners },
): Promise<OtherAddresses> {
  const logger = container.get(TOKENS.logger);
  const sql = container.get(TOKENS.sql);
  const parts = {
    registry: container.get(TOKENS.registry),
    throttle: container.get(TOKENS.clientThrottle),
    clock: container.get(TOKENS.clock),
    timer: container.get(TOKENS.timer),
    logger,
  };
  await lifecycle.start(
    'the Kafka listeners',
    () => kafka.listen(parts),
    () => kafka.close(),
  );
  const http = await httpListenerOf(config, { sql, logger });
  await lifecycle.start(
    'the HTTP listener',
    () => http?.listen(),
    () => http?.close(),
  );
  const random = container.get(TOKENS.random);
  const postgres = await postgresListenerOf(config, { sql, logger, random });
  await lifecycle.start(
    'the PostgreSQL listener',
    () => postgres?.listen(),
    () => postgres?.close(),
  );
  return { http: http?.address, postgres: postgres?.address };
}
