import type { Catalog } from '../ports/catalog.ts';
import type { Checksum } from '../ports/checksum.ts';
import type { Clock } from '../ports/clock.ts';
import type { Compression } from '../ports/compression.ts';
import type { ConfigAdmin } from '../ports/config-admin.ts';
import type { Fetch } from '../ports/fetch.ts';
import type { GroupCoordinator } from '../ports/group-coordinator.ts';
import type { ListOffsets } from '../ports/list-offsets.ts';
import type { Produce } from '../ports/produce.ts';
import type { Sql } from '../ports/sql.ts';
import type { Streams } from '../ports/streams.ts';
import type { TopicAdmin } from '../ports/topic-admin.ts';
import type { TransportAddress } from '../ports/transport.ts';
import type { PartitionFinder } from './services/partition/partition-finder.ts';

/** The ways into a broker that need no socket. */
export interface BrokerServices {
  readonly catalog: Catalog;
  readonly topics: TopicAdmin;
  readonly configs: ConfigAdmin;
  readonly partitions: PartitionFinder;
  readonly produce: Produce;
  readonly fetch: Fetch;
  readonly listOffsets: ListOffsets;
  readonly groups: GroupCoordinator;
  readonly sql: Sql;
  readonly streams: Streams;
  readonly checksum: Checksum;
  readonly compression: Compression;
  readonly clock: Clock;
}

/** A broker that accepts connections. */
export interface RunningBroker {
  readonly nodeId: number;
  /** Of the first listener, as it is bound. */
  readonly host: string;
  readonly port: number;
  /** Of the HTTP listener, where there is one. */
  readonly http: TransportAddress | undefined;
  /** Of the listener for PostgreSQL's clients, where there is one. */
  readonly postgres: TransportAddress | undefined;
  readonly startedAtMs: number;
  readonly services: BrokerServices;
  connectionCount(): number;
  /** Stops accepting, answers what is in flight, stores everything. Once; a second call waits for the first. */
  close(): Promise<void>;
}
