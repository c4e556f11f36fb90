import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyClusterMetadata } from '../../../src/domain/topic/cluster-metadata.ts';
import { replayMetadata } from '../../../src/domain/topic/cluster-metadata-draft.ts';
import type { MetadataRecord } from '../../../src/domain/topic/metadata-record.ts';
import {
  decodeMetadataChange,
  encodeMetadataChange,
} from '../../../src/domain/topic/metadata-record-codec.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAg';
const TOPIC: MetadataRecord[] = [
  { kind: 'topic', topicId: ID, name: 'orders' },
  { kind: 'partition', topicId: ID, partition: 0, leader: 1, leaderEpoch: 0, replicas: [1] },
  {
    kind: 'config',
    resourceType: 'topic',
    resourceName: 'orders',
    name: 'retention.ms',
    value: '5',
  },
];
const EMPTY = emptyClusterMetadata('cluster');

describe('replayMetadata', () => {
  it('adds topics up and never changes an older state', () => {
    const made = replayMetadata(EMPTY, TOPIC, 3n);
    expect(made.version).toBe(3n);
    expect(made.topicsByName.get('orders')).toEqual({
      id: ID,
      name: 'orders',
      partitions: [{ partition: 0, leader: 1, leaderEpoch: 0, replicas: [1] }],
      configs: new Map([['retention.ms', '5']]),
      internal: false,
    });
    const gone = replayMetadata(made, [{ kind: 'removeTopic', topicId: ID }], 4n);
    expect(gone.topicsByName.size).toBe(0);
    expect(gone.topicsById.size).toBe(0);
    expect(made.topicsById.get(ID)).toBe(made.topicsByName.get('orders'));
    expect(EMPTY.topicsByName.size).toBe(0);
  });

  it('keeps the maps that do not change', () => {
    const made = replayMetadata(EMPTY, TOPIC, 3n);
    const ids = { kind: 'producerIds', brokerId: 1, nextProducerId: 7n } as const;
    const later = replayMetadata(made, [ids], 4n);
    expect(later.topicsById).toBe(made.topicsById);
    expect(later.brokerConfigs).toBe(made.brokerConfigs);
    expect(later.nextProducerId).toBe(7n);
  });

  it('takes configs of resources that go with their last config', () => {
    const set = (name: string, value: string | null): MetadataRecord => ({
      kind: 'config',
      resourceType: 'broker',
      resourceName: '',
      name,
      value,
    });
    const one = replayMetadata(EMPTY, [set('log.retention.ms', '1')], 1n);
    expect(one.brokerConfigs).toEqual(new Map([['', new Map([['log.retention.ms', '1']])]]));
    expect(replayMetadata(one, [set('log.retention.ms', null)], 2n).brokerConfigs.size).toBe(0);
  });

  it.each<[string, MetadataRecord]>([
    ['a topic twice', TOPIC[0] as MetadataRecord],
    [
      'a partition out of turn',
      { ...(TOPIC[1] as MetadataRecord), partition: 5 } as MetadataRecord,
    ],
    ['an unknown topic', { kind: 'removeTopic', topicId: 'AAAAAAAAAAAAAAAAAAAAAw' }],
  ])('refuses %s', (_, record) => {
    const made = replayMetadata(EMPTY, TOPIC, 3n);
    expect(() => replayMetadata(made, [record], 4n)).toThrow();
  });
});

describe('metadata records', () => {
  it('come back as they were written', () => {
    const text = fc.string({ maxLength: 20 });
    const record = fc.oneof(
      fc.record({ kind: fc.constant('topic' as const), topicId: fc.constant(ID), name: text }),
      fc.record({
        kind: fc.constant('partition' as const),
        topicId: fc.constant(ID),
        partition: fc.nat(),
        leader: fc.nat(),
        leaderEpoch: fc.nat(),
        replicas: fc.array(fc.nat(), { maxLength: 5 }),
      }),
      fc.record({
        kind: fc.constant('config' as const),
        resourceType: fc.constantFrom('topic', 'broker', 'group', 'clientMetrics'),
        resourceName: text,
        name: text,
        value: fc.option(text),
      }),
      fc.record({
        kind: fc.constant('producerIds' as const),
        brokerId: fc.nat(),
        nextProducerId: fc.bigInt({ min: 0n, max: 2n ** 62n }),
      }),
    );
    fc.assert(
      fc.property(record, (each) => {
        expect(decodeMetadataChange(encodeMetadataChange(each as MetadataRecord))).toEqual(each);
      }),
    );
  });
});
