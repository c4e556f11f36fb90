import { expect, test } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { batchOf, produce } from '../../fidelity/batches.ts';
import { turn } from '../coordinator/fake-coordinator-topic.ts';
import { committedValues } from './committed-reader.ts';
import { TransactionBroker } from './transaction-broker.ts';

const NONE = 0;

async function brokerWith(topic: string): Promise<TransactionBroker> {
  const broker = await TransactionBroker.open(new MemoryLogStore());
  await broker.createTopic(topic, 2);
  await Promise.all([broker.transactions.prepare(), broker.groups.prepare()]);
  return broker;
}

async function producerOf(broker: TransactionBroker, transactionalId: string) {
  const request = { transactionalId, transactionTimeoutMs: 60_000 };
  const { producerId, producerEpoch } = await broker.ask('InitProducerId', 4, request);
  return { transactionalId, producerId, producerEpoch };
}

type Producer = Awaited<ReturnType<typeof producerOf>>;

function send(broker: TransactionBroker, producer: Producer, at: number, partition = 0) {
  const { transactionalId, ...rest } = producer;
  const timestamps = [BigInt(broker.time.nowMs())];
  const batch = batchOf([`${transactionalId}-${at}`], {
    ...{ ...rest, timestamps, baseSequence: at, transactional: true },
  });
  return broker
    .ask('Produce', 12, produce('t', batch, { partition, transactionalId }))
    .then((answer) => answer.responses[0].partitionResponses[0]);
}

test('requests that come while a partition is added are appended in their order', async () => {
  const broker = await brokerWith('t');
  const producer = await producerOf(broker, 'id');
  const sent = [0, 1, 2, 3, 4].map((at) => send(broker, producer, at));
  const answers = await Promise.all(sent);
  expect(answers.map(({ errorCode, baseOffset }) => [errorCode, baseOffset])).toEqual([
    ...[0n, 1n, 2n, 3n, 4n].map((offset) => [NONE, offset]),
  ]);
  await broker.ask('EndTxn', 5, { ...producer, committed: true });
  await turn();
  expect(await committedValues(broker.log('t', 0))).toEqual(
    [0, 1, 2, 3, 4].map((at) => `id-${at}`),
  );
});

test('one producer does not wait for the partitions of another', async () => {
  const broker = await brokerWith('t');
  const slow = await producerOf(broker, 'slow');
  const other = await producerOf(broker, 'other');
  expect((await send(broker, slow, 0)).errorCode).toBe(NONE);
  const ended = await broker.ask('EndTxn', 5, { ...slow, committed: true });
  expect(ended.errorCode).toBe(NONE);
  // The markers may be on their way: the next records wait for them, and time stands still.
  const waiting = send(broker, { ...slow, producerEpoch: ended.producerEpoch }, 0, 1);
  expect((await send(broker, other, 0)).errorCode).toBe(NONE);
  await broker.time.advance(100);
  expect((await waiting).errorCode).toBe(NONE);
});

test('what belongs to no transaction leaves the other partitions of a request alone', async () => {
  const broker = await brokerWith('t');
  const producer = await producerOf(broker, 'id');
  const { transactionalId, producerId, producerEpoch } = producer;
  await broker.ask('AddPartitionsToTxn', 3, {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: [{ name: 't', partitions: [1] }],
  });
  const timestamps = [BigInt(broker.time.nowMs())];
  const options = { producerId, producerEpoch, baseSequence: 0, transactional: true, timestamps };
  const answer = await broker.ask('Produce', 11, {
    ...{ acks: -1, timeoutMs: 1_000, transactionalId },
    topicData: [
      {
        name: 't',
        partitionData: [0, 1].map((index) => ({ index, records: batchOf(['v'], options) })),
      },
    ],
  });
  const codes = answer.responses[0].partitionResponses.map(
    (one: { errorCode: number }) => one.errorCode,
  );
  expect(codes).toEqual([120, NONE]);
  expect(broker.log('t', 0).logEndOffset).toBe(0n);
});
