import { describe, expect, it } from 'vitest';
import { assignmentConfigsOf } from '../../../../src/domain/group/streams/assignor/assignment-configs.ts';
import { taskAssignorNamed } from '../../../../src/domain/group/streams/assignor/task-assignors.ts';
import { tasksBySubtopology } from '../../../../src/domain/group/streams/tasks-tuple.ts';
import {
  checkTopicNames,
  checkTopology,
} from '../../../../src/domain/group/streams/topology/check-topology.ts';
import { configureTopology } from '../../../../src/domain/group/streams/topology/configure-topology.ts';
import { endpointToPartitions } from '../../../../src/domain/group/streams/topology/endpoint-to-partitions.ts';
import {
  isSameTopology,
  namedTopics,
  requiredTopics,
  type StreamsTopology,
  type Subtopology,
} from '../../../../src/domain/group/streams/topology/streams-topology.ts';
import { topologyDescriber } from '../../../../src/domain/group/streams/topology/topology-describer.ts';
import { imageOf } from '../modern/topics.ts';

function subtopology(own: Partial<Subtopology>): Subtopology {
  return {
    subtopologyId: '0',
    sourceTopics: [],
    sourceTopicRegex: [],
    stateChangelogTopics: [],
    repartitionSinkTopics: [],
    repartitionSourceTopics: [],
    copartitionGroups: [],
    ...own,
  };
}

function topic(name: string, partitions = 0) {
  return { name, partitions, replicationFactor: 0, topicConfigs: [] };
}

/** Counts by another key than that of the records: a repartition topic, and a changelog behind it. */
const COUNT: StreamsTopology = {
  epoch: 3,
  subtopologies: [
    subtopology({ sourceTopics: ['words'], repartitionSinkTopics: ['by-word-repartition'] }),
    subtopology({
      subtopologyId: '1',
      repartitionSourceTopics: [topic('by-word-repartition')],
      stateChangelogTopics: [
        {
          ...topic('counts-changelog'),
          replicationFactor: 1,
          topicConfigs: [{ key: 'cleanup.policy', value: 'compact' }],
        },
      ],
    }),
  ],
};

describe('topology of a streams group', () => {
  it('names the topics it needs, and those its members speak of', () => {
    expect([...requiredTopics(COUNT)]).toEqual([
      'words',
      'by-word-repartition',
      'counts-changelog',
    ]);
    const writing = { epoch: 0, subtopologies: [subtopology({ repartitionSinkTopics: ['sink'] })] };
    expect([...requiredTopics(writing)]).toEqual([]);
    expect([...namedTopics(writing)]).toEqual(['sink']);
  });

  it('is the same in any order of its subtopologies, and not with another epoch or config', () => {
    const [first, second] = COUNT.subtopologies as [Subtopology, Subtopology];
    expect(isSameTopology(COUNT, { epoch: 3, subtopologies: [second, first] })).toBe(true);
    expect(isSameTopology(COUNT, { ...COUNT, epoch: 4 })).toBe(false);
    const others = [first, { ...second, stateChangelogTopics: [topic('counts-changelog')] }];
    expect(isSameTopology(COUNT, { epoch: 3, subtopologies: others })).toBe(false);
  });

  it('has its internal topics made first', () => {
    const configured = configureTopology(COUNT, imageOf({ words: 3 }));
    expect(configured.problem).toEqual({
      status: 'MISSING_INTERNAL_TOPICS',
      message: 'Internal topics are missing: by-word-repartition, counts-changelog',
    });
    expect(configured.internalTopicsToCreate).toEqual([
      { name: 'by-word-repartition', partitions: 3, replicationFactor: -1, configs: [] },
      {
        name: 'counts-changelog',
        partitions: 3,
        replicationFactor: 1,
        configs: [{ name: 'cleanup.policy', value: 'compact' }],
      },
    ]);
  });

  it('is ready when they are there', () => {
    const counts = { words: 3, 'by-word-repartition': 3, 'counts-changelog': 3 };
    const { problem, subtopologies } = configureTopology(COUNT, imageOf(counts));
    expect(problem).toBeUndefined();
    const describer = topologyDescriber(subtopologies ?? new Map());
    expect(describer.subtopologies).toEqual(['0', '1']);
    expect(['0', '1'].map(describer.numberOfTasks)).toEqual([3, 3]);
    expect(['0', '1'].map(describer.isStateful)).toEqual([false, true]);
  });

  it('waits for its source topics', () => {
    const { problem, subtopologies } = configureTopology(COUNT, imageOf({}));
    expect(subtopologies).toBeUndefined();
    expect(problem).toEqual({
      status: 'MISSING_SOURCE_TOPICS',
      message: 'Source topics words are missing.',
    });
  });

  it('refuses repartition topics that nobody writes to', () => {
    const [, second] = COUNT.subtopologies as [Subtopology, Subtopology];
    expect(() => configureTopology({ epoch: 0, subtopologies: [second] }, imageOf({}))).toThrow(
      'because a repartition source topic is never used as a sink topic',
    );
  });

  it('tells which source partitions the tasks of an instance read', () => {
    const joined = subtopology({ sourceTopics: ['wide', 'narrow'] });
    const image = imageOf({ wide: 4, narrow: 2 });
    const { subtopologies } = configureTopology({ epoch: 0, subtopologies: [joined] }, image);
    const tasks = (partitions: number[]) =>
      tasksBySubtopology([{ subtopologyId: '0', partitions }]);
    const endpoint = endpointToPartitions(
      { activeTasks: tasks([3, 1]), standbyTasks: tasks([2]) },
      subtopologies ?? new Map(),
      image,
    );
    expect(endpoint.activePartitions).toEqual([
      { topic: 'narrow', partitions: [1] },
      { topic: 'wide', partitions: [1, 3] },
    ]);
    expect(endpoint.standbyPartitions).toEqual([{ topic: 'wide', partitions: [2] }]);
  });
});

describe('topology in a request', () => {
  const check = (own: Partial<Subtopology>) => () => {
    const topology = { epoch: 0, subtopologies: [subtopology(own)] };
    checkTopicNames(topology);
    checkTopology(topology);
  };

  it('passes when it is right', () => {
    expect(() => checkTopicNames(COUNT)).not.toThrow();
    expect(() => checkTopology(COUNT)).not.toThrow();
  });

  it.each<[string, Partial<Subtopology>, string, string]>([
    [
      "the broker's own topics",
      { sourceTopics: ['__consumer_offsets', 'words'] },
      'STREAMS_INVALID_TOPOLOGY',
      'Use of Kafka internal topics __consumer_offsets in a Kafka Streams topology is prohibited.',
    ],
    [
      'names that no topic can have',
      { sourceTopics: ['a b'], stateChangelogTopics: [topic('c/d')] },
      'STREAMS_INVALID_TOPOLOGY',
      'Topic names a b,c/d are not valid topic names.',
    ],
    [
      'regular expressions',
      { sourceTopicRegex: ['words-.*'] },
      'INVALID_REQUEST',
      'Regular expressions for source topics are not supported yet.',
    ],
    [
      'partitions of changelogs',
      { stateChangelogTopics: [topic('changelog', 2)] },
      'STREAMS_INVALID_TOPOLOGY',
      'Changelog topic changelog must have an undefined partition count, but it is set to 2.',
    ],
    [
      'negative numbers of partitions',
      { repartitionSourceTopics: [topic('repartition', -1)] },
      'STREAMS_INVALID_TOPOLOGY',
      'Repartition topic repartition cannot have -1 partitions.',
    ],
    [
      'internal topics twice',
      { stateChangelogTopics: [topic('changelog'), topic('changelog')] },
      'STREAMS_INVALID_TOPOLOGY',
      'Subtopology 0 must name internal topic changelog only once.',
    ],
    [
      'copartition groups of topics that are not there',
      {
        sourceTopics: ['words'],
        copartitionGroups: [
          { sourceTopics: [1], sourceTopicRegex: [], repartitionSourceTopics: [] },
        ],
      },
      'STREAMS_INVALID_TOPOLOGY',
      'A copartition group of subtopology 0 refers to topics that the subtopology does not have.',
    ],
  ])('is refused with %s', (_, own, errorName, message) => {
    expect(check(own)).toThrow(expect.objectContaining({ errorName, message }));
  });

  it('is refused with a subtopology twice, or a negative epoch', () => {
    const subtopologies = [subtopology({}), subtopology({})];
    expect(() => checkTopology({ epoch: 0, subtopologies })).toThrow(
      'Subtopology 0 must be there only once.',
    );
    expect(() => checkTopology({ epoch: -1, subtopologies: [] })).toThrow('at least 0, not -1');
  });
});

describe('settings of an assignment', () => {
  it('are read from the names and values of the record', () => {
    expect(assignmentConfigsOf(new Map())).toEqual({
      numStandbyReplicas: 0,
      rackAwareAssignmentTags: [],
    });
    const configs = new Map([
      ['num.standby.replicas', '2'],
      ['rack.aware.assignment.tags', 'zone,cluster'],
    ]);
    expect(assignmentConfigsOf(configs)).toEqual({
      numStandbyReplicas: 2,
      rackAwareAssignmentTags: ['zone', 'cluster'],
    });
  });

  it('have the sticky assignor as the default', () => {
    expect(taskAssignorNamed('sticky').name).toBe('sticky');
    expect(taskAssignorNamed('no such').name).toBe('sticky');
  });
});
