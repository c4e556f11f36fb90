import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuotaEntity } from '../../../src/domain/quota/quota-entity.ts';
import {
  type ClusterMetadata,
  emptyClusterMetadata,
} from '../../../src/domain/topic/cluster-metadata.ts';
import { replayMetadata } from '../../../src/domain/topic/cluster-metadata-draft.ts';
import { metadataRecordsOf } from '../../../src/domain/topic/cluster-metadata-records.ts';
import type { MetadataRecord } from '../../../src/domain/topic/metadata-record.ts';
import {
  decodeMetadataChange,
  encodeMetadataChange,
} from '../../../src/domain/topic/metadata-record-codec.ts';

const EMPTY = emptyClusterMetadata('cluster');

const topicIds = fc.nat({ max: 3 }).map((index) => `topic-id-${index}`);
const topicNames = fc.constantFrom('a', 'b', 'c', '__consumer_offsets');
const mechanisms = fc.constantFrom('SCRAM-SHA-256' as const, 'SCRAM-SHA-512' as const);
const secrets = fc.uint8Array({ maxLength: 4 });
const anyRecord: fc.Arbitrary<MetadataRecord> = fc.oneof(
  fc.record({ kind: fc.constant('topic' as const), topicId: topicIds, name: topicNames }),
  fc.record({
    kind: fc.constant('partition' as const),
    topicId: topicIds,
    partition: fc.nat({ max: 3 }),
    leader: fc.constantFrom(1, 2),
    leaderEpoch: fc.nat({ max: 2 }),
    replicas: fc.constantFrom([1], [1, 2]),
  }),
  fc.record({ kind: fc.constant('removeTopic' as const), topicId: topicIds }),
  fc.record({
    kind: fc.constant('config' as const),
    resourceType: fc.constantFrom('topic', 'broker', 'group', 'clientMetrics'),
    resourceName: fc.oneof(topicNames, fc.constant('')),
    name: fc.constantFrom('x', 'y'),
    value: fc.option(fc.constantFrom('1', '2')),
  }),
  fc.record({
    kind: fc.constant('clientQuota' as const),
    entity: fc.constantFrom<QuotaEntity>(
      new Map([['user', 'a']]),
      new Map([['user', null]]),
      new Map([
        ['client-id', 'c'],
        ['user', 'a'],
      ]),
      new Map([['ip', '10.0.0.1']]),
    ),
    key: fc.constantFrom('producer_byte_rate', 'request_percentage'),
    value: fc.option(fc.constantFrom(1, 2.5)),
  }),
  fc.record({
    kind: fc.constant('delegationToken' as const),
    token: fc.record({
      tokenId: fc.constantFrom('t', 'u'),
      ...{ owner: fc.constant('User:a'), requester: fc.constantFrom('User:a', 'User:b') },
      renewers: fc.constantFrom<readonly string[]>([], ['User:c']),
      ...{ issueTimestampMs: fc.constant(1n), maxTimestampMs: fc.constant(9n) },
      expiryTimestampMs: fc.bigInt({ min: 1n, max: 9n }),
    }),
  }),
  fc.record({
    kind: fc.constant('removeDelegationToken' as const),
    tokenId: fc.constantFrom('t', 'u'),
  }),
  fc.record({
    kind: fc.constant('scramCredential' as const),
    credential: fc.record({
      user: fc.constantFrom('a', 'SCRAM-SHA-256 a'),
      mechanism: mechanisms,
      salt: secrets,
      storedKey: secrets,
      serverKey: secrets,
      iterations: fc.constantFrom(4096, 16_384),
    }),
  }),
  fc.record({
    kind: fc.constant('removeScramCredential' as const),
    user: fc.constantFrom('a', 'SCRAM-SHA-256 a'),
    mechanism: mechanisms,
  }),
  fc.record({
    kind: fc.constant('featureLevel' as const),
    name: fc.constantFrom('transaction.version', 'group.version'),
    level: fc.nat({ max: 2 }),
  }),
  fc.record({
    kind: fc.constant('producerIds' as const),
    brokerId: fc.constant(1),
    nextProducerId: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  }),
);

/** Of a random history, the records the states allowed. */
const histories = fc.array(anyRecord, { maxLength: 60 }).map((records) => {
  let state: ClusterMetadata = EMPTY;
  return records.filter((record) => {
    try {
      state = replayMetadata(state, [record], 0n);
      return true;
    } catch {
      return false;
    }
  });
});

describe('the state of the cluster', () => {
  it('is the same whether records come in one go or in parts, and leaves older states alone', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), (records, first, second) => {
        const [one = 0, two = 0] = [first, second]
          .map((at) => at % (records.length + 1))
          .sort((a, b) => a - b);
        const whole = replayMetadata(EMPTY, records, 9n);
        const before = replayMetadata(EMPTY, records.slice(0, one), 1n);
        const told = [...metadataRecordsOf(before)];
        const between = replayMetadata(before, records.slice(one, two), 2n);
        expect(replayMetadata(between, records.slice(two), 9n)).toEqual(whole);
        const toldAgain = [...metadataRecordsOf(before)];
        expect(toldAgain).toHaveLength(told.length);
        // An older version of a map does not keep the order of its entries.
        expect(toldAgain).toEqual(expect.arrayContaining(told));
        expect(EMPTY.topicsById.size).toBe(0);
      }),
    );
  });

  it('is what the records tell that it is written as', () => {
    fc.assert(
      fc.property(histories, (records) => {
        const state = replayMetadata(EMPTY, records, 9n);
        const written = [...metadataRecordsOf(state)];
        expect(replayMetadata(EMPTY, written, 9n)).toEqual(state);
        expect(written.length).toBeLessThanOrEqual(records.length + 1);
      }),
    );
  });

  it('is read from the records as they are kept', () => {
    fc.assert(
      fc.property(histories, (records) => {
        const kept = records.filter(
          ({ kind }) => kind !== 'topic' && kind !== 'partition' && kind !== 'removeTopic',
        );
        expect(kept.map((record) => decodeMetadataChange(encodeMetadataChange(record)))).toEqual(
          kept,
        );
      }),
    );
  });

  it('finds each topic by name and by id', () => {
    fc.assert(
      fc.property(histories, (records) => {
        const { topicsById, topicsByName } = replayMetadata(EMPTY, records, 9n);
        expect(topicsByName.size).toBe(topicsById.size);
        for (const [name, topic] of topicsByName) {
          expect(topic.name).toBe(name);
          expect(topicsById.get(topic.id)).toBe(topic);
          expect(topic.partitions.map(({ partition }) => partition)).toEqual([
            ...topic.partitions.keys(),
          ]);
        }
      }),
    );
  });
});
