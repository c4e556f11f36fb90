// docs/protocol-support.md: the APIs of the registry that a broker builds, beside the tables of Kafka 4.4.
import { MemoryLogStore } from '../../src/adapters/memory/memory-log-store.ts';
import { createContainer } from '../../src/app/container/create-container.ts';
import { TOKENS } from '../../src/app/container/tokens.ts';
import { BrokerConfig } from '../../src/domain/config/broker-config.ts';
import { latestStableVersion } from '../../src/domain/protocol/api-versions.ts';
import { ALL_APIS } from '../../src/domain/protocol/messages/index.ts';
import {
  SCRAM_CHANGES_PER_REQUEST_MAX,
  SCRAM_CREDENTIALS_MAX,
} from '../../src/domain/scram-credential/scram-limits.ts';
import { code, paragraphs, table } from './markdown.mjs';

const SILENT = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

const NO_AUTHORIZER = 'There is no authorizer: `SECURITY_DISABLED`, as from a Kafka without one.';
const NO_AUTHENTICATION = 'Credentials are stored; no listener authenticates by them yet.';
const NEEDS_AUTHENTICATION =
  'For authenticated clients; refused as Kafka refuses it to others, and no listener authenticates yet.';

/** What is not the whole of an API that is served. */
const NOTES = {
  Produce:
    'Requests of versions 3 to 13 are answered. 0 to 2 are advertised as Kafka 4 does, for old librdkafka, and refused.',
  FindCoordinator: 'Every coordinator is this broker.',
  SaslHandshake: 'On a plaintext listener, where it is refused as Kafka refuses it.',
  SaslAuthenticate: 'On a plaintext listener, where it is refused as Kafka refuses it.',
  DescribeAcls: NO_AUTHORIZER,
  CreateAcls: NO_AUTHORIZER,
  DeleteAcls: NO_AUTHORIZER,
  DescribeUserScramCredentials: NO_AUTHENTICATION,
  AlterUserScramCredentials: `${NO_AUTHENTICATION} At most ${SCRAM_CHANGES_PER_REQUEST_MAX} in a request and ${SCRAM_CREDENTIALS_MAX} in all.`,
  CreateDelegationToken: NEEDS_AUTHENTICATION,
  RenewDelegationToken: NEEDS_AUTHENTICATION,
  ExpireDelegationToken: NEEDS_AUTHENTICATION,
  DescribeDelegationToken: NEEDS_AUTHENTICATION,
  DescribeLogDirs: 'One directory.',
  DescribeConfigs: 'Topics, brokers, groups and client metrics.',
  GetTelemetrySubscriptions: 'Where `telemetry.topic` names a topic for the metrics.',
  PushTelemetry: 'Where `telemetry.topic` names a topic for the metrics.',
  ListConfigResources: 'Version 0 lists client metrics only.',
};

/** Why an API is not served; the first that fits. */
const REASONS = [
  [/Share/, 'state of share groups: calls within the broker'],
  [/^ConsumerGroup/, 'the new consumer protocol (KIP-848)'],
  [/Quorum|Raft|Broker$|Controller$/, 'controller quorum: there is one broker'],
];

export function protocolSupportDocument() {
  const registry = registryOfBroker();
  const served = new Map(registry.advertised().map((range) => [range.apiKey, range]));
  const ofBrokers = Object.values(ALL_APIS)
    .filter(({ listeners }) => listeners.includes('broker'))
    .sort((one, other) => one.key - other.key);
  const ofControllers = Object.values(ALL_APIS).length - ofBrokers.length;
  const missing = ofBrokers.filter(({ key }) => !served.has(key));
  return paragraphs(
    '# Protocol support',
    '<!-- Written by `npm run docs`; a change here is lost. -->',
    'KawaDB speaks the protocol of Kafka 4.4. The first table is what a running broker answers to `ApiVersions`: it is made\nfrom the handlers the broker registers, so nothing is told here that is not there. The ranges of Kafka 4.4 itself stand beside it.',
    `KawaDB serves ${served.size} of the ${ofBrokers.length} APIs a Kafka broker has. An API that is served has all of its stable versions.`,
    '## Served',
    table(
      ['Key', 'API', 'Versions', "Kafka's", 'Notes'],
      ofBrokers
        .filter(({ key }) => served.has(key))
        .map((api) => [
          String(api.key),
          code(api.name),
          versions(served.get(api.key).minVersion, served.get(api.key).maxVersion),
          kafkaVersions(api),
          NOTES[api.name] ?? '',
        ]),
    ),
    '## Not served',
    'A client that asks for one of these gets what Kafka gives for an API it does not have: the API is not in the answer to\n`ApiVersions`, and a request for it closes the connection.',
    table(
      ['Key', 'API', "Kafka's versions", 'Part of'],
      missing.map((api) => [
        String(api.key),
        code(api.name),
        kafkaVersions(api),
        reasonOf(api.name),
      ]),
    ),
    `Another ${ofControllers} APIs run between the brokers and controllers of a cluster. KawaDB is one broker and has no use for them.`,
    '## Records',
    'Record batches of magic 2 are read and written, with gzip, snappy, lz4 and zstd. Magic 0 and 1 are refused, as Kafka 4 does.',
  );
}

function registryOfBroker() {
  const container = createContainer({
    config: new BrokerConfig(new Map([['telemetry.topic', 'metrics']])),
    logger: SILENT,
    store: new MemoryLogStore(),
    nodeId: 1,
    identity: () => ({ nodeId: 1, host: 'localhost', port: 9092, clusterId: '', rack: null }),
  });
  return container.get(TOKENS.registry);
}

/** Kafka advertises Produce from 0 too (KAFKA-18659). */
function kafkaVersions(api) {
  return versions(api.name === 'Produce' ? 0 : api.versions[0], latestStableVersion(api));
}

function versions(min, max) {
  return min === max ? String(min) : `${min} to ${max}`;
}

function reasonOf(name) {
  const reason = REASONS.find(([pattern]) => pattern.test(name))?.[1];
  if (reason === undefined) throw new Error(`${name} is not served, and nothing says why`);
  return reason;
}
