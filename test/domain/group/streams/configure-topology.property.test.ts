import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configureTopology } from '../../../../src/domain/group/streams/topology/configure-topology.ts';
import type {
  StreamsTopology,
  Subtopology,
  TopicInfo,
} from '../../../../src/domain/group/streams/topology/streams-topology.ts';
import { imageOf } from '../modern/topics.ts';

const SOURCES = ['a', 'b', 'c'];

interface Part {
  /** Which source topics it reads, and which repartition topics of the parts before it. */
  readonly sources: readonly number[];
  readonly upstream: readonly number[];
  readonly repartitions: number;
  readonly changelogs: number;
  readonly isCopartitioned: boolean;
}

const subset = fc.array(fc.nat({ max: 5 }), { maxLength: 3 });
const parts: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.record({
    ...{ sources: subset, upstream: subset, isCopartitioned: fc.boolean() },
    ...{ repartitions: fc.nat({ max: 2 }), changelogs: fc.nat({ max: 2 }) },
  }),
  { minLength: 1, maxLength: 14 },
);

function info(name: string): TopicInfo {
  return { name, partitions: 0, replicationFactor: 0, topicConfigs: [] };
}

/** As Kafka Streams makes them: each part reads source topics, or what parts before it have written and no other reads. */
function topologyOf(all: readonly Part[]): StreamsTopology {
  const written: string[] = [];
  const subtopologies = all.map((part, id): Subtopology => {
    const upstream = part.upstream.flatMap((n) => written.splice(n % (written.length + 1), 1));
    const sources = [...new Set(part.sources.map((n) => SOURCES[n % SOURCES.length] as string))];
    if (upstream.length + sources.length === 0) sources.push('a');
    const sinks = Array.from({ length: part.repartitions }, (_, n) => `repartition-${id}-${n}`);
    written.push(...sinks);
    return {
      ...{ subtopologyId: String(id), sourceTopics: sources, sourceTopicRegex: [] },
      stateChangelogTopics: Array.from({ length: part.changelogs }, (_, n) =>
        info(`changelog-${id}-${n}`),
      ),
      ...{ repartitionSinkTopics: sinks, repartitionSourceTopics: upstream.map(info) },
      copartitionGroups: part.isCopartitioned
        ? [
            {
              ...{ sourceTopics: [...sources.keys()], sourceTopicRegex: [] },
              repartitionSourceTopics: [...upstream.keys()],
            },
          ]
        : [],
    };
  });
  return { epoch: 0, subtopologies };
}

const counts = fc.record({
  ...{ a: fc.integer({ min: 1, max: 4 }), b: fc.integer({ min: 1, max: 4 }) },
  c: fc.integer({ min: 1, max: 4 }),
});

it('is ready, and the same, once the topics exist that it asked for', () => {
  fc.assert(
    fc.property(parts, counts, (all, sources) => {
      const topology = topologyOf(all);
      const before = configureTopology(topology, imageOf(sources));
      const status = before.problem?.status;
      // Source topics that are joined may have different numbers of partitions.
      fc.pre(status !== 'INCORRECTLY_PARTITIONED_TOPICS');
      expect(status).toBe(
        before.internalTopicsToCreate.length > 0 ? 'MISSING_INTERNAL_TOPICS' : undefined,
      );
      const made = before.internalTopicsToCreate.map(({ name, partitions }) => [name, partitions]);
      const after = configureTopology(
        topology,
        imageOf({ ...sources, ...Object.fromEntries(made) }),
      );
      expect(after.problem).toBeUndefined();
      expect(after.internalTopicsToCreate).toEqual([]);
      expect(after.subtopologies).toEqual(before.subtopologies);
    }),
  );
});

it('has a task for each partition of an input, and a changelog partition for each task', () => {
  fc.assert(
    fc.property(parts, counts, (all, sources) => {
      const { subtopologies } = configureTopology(topologyOf(all), imageOf(sources));
      for (const each of subtopologies?.values() ?? []) {
        const inputs = [...each.sourceTopics].map((name) => sources[name as 'a']);
        for (const { partitions } of each.repartitionSourceTopics.values()) inputs.push(partitions);
        expect(each.numberOfTasks).toBe(Math.max(...inputs));
        for (const { partitions } of each.stateChangelogTopics.values()) {
          expect(partitions).toBe(each.numberOfTasks);
        }
      }
    }),
  );
});
