import { KafkaError } from '../kafka-error.ts';
import type { BrokerConfig } from './broker-config.ts';

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export interface ListenerConfig {
  readonly name: string;
  readonly protocol: SecurityProtocol;
  /** Empty for every address. */
  readonly host: string;
  readonly port: number;
}

const LISTENER = /^([A-Za-z0-9_]+):\/\/(\[[0-9A-Fa-f:.%]+\]|[^:/[\]]*):(\d{1,5})$/;
const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];
const PORT_MAX = 65535;

/** The listeners as configured; throws INVALID_CONFIG for what is no list of them. */
export function listenersOf(config: BrokerConfig): readonly ListenerConfig[] {
  return parseListeners(config.get('listeners'), protocolMap(config));
}

/** What clients are told; `undefined` where that is the listeners themselves. */
export function advertisedListenersOf(config: BrokerConfig): readonly ListenerConfig[] | undefined {
  const advertised = config.get('advertised.listeners');
  if (advertised === null || advertised.length === 0) return undefined;
  return parseListeners(advertised, protocolMap(config));
}

function parseListeners(
  texts: readonly string[],
  protocols: ReadonlyMap<string, string>,
): readonly ListenerConfig[] {
  const listeners = texts.map((text) => parseListener(text, protocols));
  const names = new Set(listeners.map(({ name }) => name));
  if (names.size < listeners.length) {
    throw new KafkaError('INVALID_CONFIG', 'each listener must have a different name');
  }
  return listeners;
}

function parseListener(text: string, protocols: ReadonlyMap<string, string>): ListenerConfig {
  const [, given = '', host = '', digits = ''] = LISTENER.exec(text) ?? [];
  const port = Number(digits);
  if (given === '' || port > PORT_MAX) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `${text} is no listener: it must look like PLAINTEXT://host:port with a port of 0 to ${PORT_MAX}`,
    );
  }
  const name = given.toUpperCase();
  const protocol = protocols.get(name);
  if (protocol === undefined || !PROTOCOLS.includes(protocol)) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `listener.security.protocol.map gives no security protocol for listener ${name}`,
    );
  }
  const plainHost = host.startsWith('[') ? host.slice(1, -1) : host;
  return { name, protocol: protocol as SecurityProtocol, host: plainHost, port };
}

function protocolMap(config: BrokerConfig): ReadonlyMap<string, string> {
  const map = config.get('listener.security.protocol.map');
  return new Map(
    map.split(',').map((pair): [string, string] => {
      const [name = '', protocol = ''] = pair.trim().split(':');
      return [name.toUpperCase(), protocol.toUpperCase()];
    }),
  );
}
