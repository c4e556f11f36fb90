import { configureTopology } from '../../src/domain/group/streams/topology/configure-topology.ts';
import type {
  ConfiguredInternalTopic,
  ConfiguredTopology,
} from '../../src/domain/group/streams/topology/configured-topology.ts';
import { KafkaError } from '../../src/domain/kafka-error.ts';
import { imageOf } from '../domain/group/modern/topics.ts';
import { assertEqual, type Vector, type VectorChecker } from './vector-checker.ts';

function internalTopics(topics: ReadonlyMap<string, ConfiguredInternalTopic>) {
  return Object.fromEntries(
    [...topics].map(([name, { partitions, replicationFactor, topicConfigs }]) => [
      name,
      { partitions, replicationFactor, configs: Object.fromEntries(topicConfigs) },
    ]),
  );
}

function plain({ subtopologies, internalTopicsToCreate, problem }: ConfiguredTopology) {
  const all = [...(subtopologies ?? [])].map(([id, each]) => [
    id,
    {
      numberOfTasks: each.numberOfTasks,
      sourceTopics: [...each.sourceTopics].sort(),
      repartitionSinkTopics: [...each.repartitionSinkTopics].sort(),
      repartitionSourceTopics: internalTopics(each.repartitionSourceTopics),
      stateChangelogTopics: internalTopics(each.stateChangelogTopics),
    },
  ]);
  const toCreate = internalTopicsToCreate.map(
    ({ name, partitions, replicationFactor, configs }) => [
      name,
      {
        partitions,
        replicationFactor,
        configs: Object.fromEntries(configs.map((config) => [config.name, config.value])),
      },
    ],
  );
  return {
    ...problem,
    ...(subtopologies === undefined ? {} : { subtopologies: Object.fromEntries(all) }),
    internalTopicsToCreate: Object.fromEntries(toCreate),
  };
}

function configured({ topology, image }: Vector): Vector {
  try {
    return plain(configureTopology(topology, imageOf(image)));
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    assertEqual(error.errorName, 'STREAMS_INVALID_TOPOLOGY', 'error');
    return { error: 'StreamsInvalidTopologyException', message: error.message };
  }
}

/** Which of several wrong or missing topics Kafka names depends on hash codes. */
function withoutNames(message: string | undefined): string | undefined {
  return message
    ?.replace(/(?<=missing: .*)(repartition|changelog)-[\d-]+/g, '…')
    .replace(/(Existing topic )\S+( has different number of partitions): .*/, '$1…$2')
    .replace(/\[\d+\] of (repartition topic) \[.*?\]/, '[…] of $1 […]');
}

function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function check(vector: Vector): void {
  const { message: own, ...result } = configured(vector);
  const { message, ...expected } = vector.configured;
  assertEqual(sortedText(result), sortedText(expected), 'configured topology');
  assertEqual(withoutNames(own), withoutNames(message), 'message');
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'topologies of streams groups',
    recognises: (vector) => vector.form === 'streams topology',
    check,
  },
];
