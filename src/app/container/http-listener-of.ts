import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Sql } from '../../ports/sql.ts';
import type { TransportAddress } from '../../ports/transport.ts';

export interface OpenedHttpListener {
  readonly address: TransportAddress;
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** The HTTP listener, where the config asks for one. Only then is it loaded. */
export async function httpListenerOf(
  config: BrokerConfig,
  { sql, logger }: { readonly sql: Sql; readonly logger: Logger },
): Promise<OpenedHttpListener | undefined> {
  if (!config.get('http.enabled')) return undefined;
  const { HttpListener } = await import('../../adapters/http/http-listener.ts');
  return new HttpListener({
    host: config.get('http.bind_host'),
    port: config.get('http.bind_port'),
    sql,
    logger: logger.child({ component: 'http' }),
  });
}
