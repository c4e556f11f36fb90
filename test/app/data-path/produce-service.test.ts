import { describe, expect, it } from 'vitest';
import { ProduceService } from '../../../src/app/services/produce/produce-service.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { RecordValidationError } from '../../../src/domain/log/record-error.ts';
import type { ProduceCommand, ProduceResult } from '../../../src/ports/produce.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { finderOf, topicOf } from './fakes.ts';

const topic = () => topicOf('t', 'topicId', 2);
const bytes = new Uint8Array(8);

function commandOf(partitionData: { index: number; records: Uint8Array | null }[], more = {}) {
  const topicData = [{ name: 't', topicId: 'topicId', partitionData }];
  return {
    transactionalId: null,
    acks: -1,
    byTopicId: false,
    topicData,
    ...more,
  } as ProduceCommand;
}

function only(result: ProduceResult | Promise<ProduceResult>) {
  if (result instanceof Promise) throw new Error('waits');
  return result.topics[0]!.partitions[0]!;
}

describe('ProduceService', () => {
  it('appends before it returns and answers when the turn is stored', async () => {
    const t = topic();
    const service = new ProduceService(finderOf([t]), silentLogger);
    const both = [
      { index: 0, records: bytes },
      { index: 1, records: bytes },
    ];
    const first = service.produce(commandOf(both));
    const second = service.produce(commandOf([{ index: 0, records: bytes }]));
    expect(t.logs[0]!.batches.length).toBe(2);
    let answered = false;
    const answers = Promise.all([first, second]).then((all) => {
      answered = true;
      return all;
    });
    t.logs[0]!.commit();
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    t.logs[1]!.commit();
    const [a, b] = await answers;
    expect(a.failed).toBe(false);
    expect(a.topics[0]!.partitions.map(({ index, baseOffset }) => [index, baseOffset])).toEqual([
      [0, 0n],
      [1, 0n],
    ]);
    expect(b.topics[0]!.partitions[0]!.baseOffset).toBe(1n);
  });

  it('refuses what Kafka refuses, partition by partition', () => {
    const inner = topicOf('__consumer_offsets', 'inner', 1);
    const elsewhere = topicOf('elsewhere', 'other', 1, 2);
    const t = topic();
    const service = new ProduceService(finderOf([t, inner, elsewhere]), silentLogger);
    const named = (name: string, topicId: string, byTopicId: boolean) =>
      commandOf([], {
        byTopicId,
        topicData: [{ name, topicId, partitionData: [{ index: 0, records: bytes }] }],
      });
    const records = [{ index: 0, records: bytes }];
    const error = (command: ProduceCommand) => only(service.produce(command)).error;
    expect(error(commandOf(records, { acks: 2 }))).toBe('INVALID_REQUIRED_ACKS');
    expect(error(commandOf([{ index: 0, records: null }]))).toBe('INVALID_RECORD');
    expect(error(commandOf([{ index: 9, records: bytes }]))).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(error(named('none', '', false))).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(error(named('', 'none', true))).toBe('UNKNOWN_TOPIC_ID');
    expect(error(named('__consumer_offsets', '', false))).toBe('INVALID_TOPIC_EXCEPTION');
    const moved = only(service.produce(named('elsewhere', '', false)));
    expect(moved.error).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(moved.currentLeader).toEqual({ leaderId: 2, leaderEpoch: 5 });
    t.logs[0]!.config.minInSyncReplicas = 2;
    expect(error(commandOf(records))).toBe('NOT_ENOUGH_REPLICAS');
    expect(service.produce(commandOf(records, { acks: 1 }))).toBeInstanceOf(Promise);
  });

  it('tells which records a log refused', () => {
    const t = topic();
    const recordErrors = [{ batchIndex: 3, message: 'no key' }];
    t.logs[0]!.appendError = new RecordValidationError('INVALID_RECORD', recordErrors);
    const service = new ProduceService(finderOf([t]), silentLogger);
    const partition = only(service.produce(commandOf([{ index: 0, records: bytes }])));
    expect(partition).toMatchObject({ error: 'INVALID_RECORD', recordErrors, baseOffset: -1n });
    t.logs[0]!.appendError = new TypeError('a defect');
    const defect = only(service.produce(commandOf([{ index: 0, records: bytes }])));
    expect(defect.error).toBe('UNKNOWN_SERVER_ERROR');
    expect(defect.errorMessage).not.toContain('a defect');
  });

  it('answers a storage error when storing failed', async () => {
    const t = topic();
    const service = new ProduceService(finderOf([t]), silentLogger);
    const both = [
      { index: 0, records: bytes },
      { index: 7, records: bytes },
    ];
    const answer = service.produce(commandOf(both));
    t.logs[0]!.commit(new KafkaError('KAFKA_STORAGE_ERROR', 'disk full'));
    const { failed, topics } = await answer;
    expect(failed).toBe(true);
    expect(topics[0]!.partitions.map(({ error }) => error)).toEqual([
      'KAFKA_STORAGE_ERROR',
      'UNKNOWN_TOPIC_OR_PARTITION',
    ]);
  });
});
