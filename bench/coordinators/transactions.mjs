// One transaction per 100 records of 1 KiB, the second generation of transactions (KIP-890), four producers.
import { batchOf } from './batches.mjs';
import { createTopic, pause, untilDone, WireClient } from './wire-client.mjs';

const PRODUCERS = 4;
const RECORDS = 100;
const CONCURRENT_TRANSACTIONS = 51;

export async function transactions({ port, load, name }) {
  const admin = await WireClient.open(port);
  await createTopic(admin, name, PRODUCERS);
  const topicId = (
    await admin.ask('Metadata', 12, {
      ...{ topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name }], allowAutoTopicCreation: false },
      includeTopicAuthorizedOperations: false,
    })
  ).topics[0].topicId;
  const producers = await Promise.all(
    Array.from({ length: PRODUCERS }, (_, index) => producer(port, `${name}-${index}`)),
  );
  const counted = await load(async (running) => {
    const counts = await Promise.all(
      producers.map(async (one, index) => {
        let count = 0;
        for (; running(); count++) await transaction(one, topicId, index);
        return count;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  });
  for (const { client } of producers) client.close();
  admin.close();
  return { ...counted, unit: 'transactions' };
}

async function producer(port, transactionalId) {
  const client = await WireClient.open(port, transactionalId);
  await untilDone(
    () => client.ask('FindCoordinator', 4, { keyType: 1, coordinatorKeys: [transactionalId] }),
    ({ coordinators }) => coordinators[0].errorCode,
  );
  const { producerId, producerEpoch } = await untilDone(
    () =>
      client.ask('InitProducerId', 5, {
        ...{ transactionalId, transactionTimeoutMs: 60_000, producerId: -1n, producerEpoch: -1 },
      }),
    ({ errorCode }) => errorCode,
  );
  return { client, transactionalId, producerId, producerEpoch };
}

async function transaction(one, topicId, index) {
  const { client, transactionalId } = one;
  const { producerId, producerEpoch } = one;
  const records = batchOf(RECORDS, 1024, {
    ...{ producerId, producerEpoch, baseSequence: 0, transactional: true },
  });
  for (;;) {
    const answer = await client.ask('Produce', 13, {
      ...{ transactionalId, acks: -1, timeoutMs: 30_000 },
      topicData: [{ topicId, partitionData: [{ index, records }] }],
    });
    const { errorCode } = answer.responses[0].partitionResponses[0];
    if (errorCode === 0) break;
    if (errorCode !== CONCURRENT_TRANSACTIONS) throw new Error(`produce: ${errorCode}`);
    await pause(1);
  }
  for (;;) {
    const ended = await client.ask('EndTxn', 5, {
      ...{ transactionalId, producerId, producerEpoch, committed: true },
    });
    if (ended.errorCode === 0) {
      one.producerId = ended.producerId;
      one.producerEpoch = ended.producerEpoch;
      return;
    }
    if (ended.errorCode !== CONCURRENT_TRANSACTIONS) throw new Error(`end: ${ended.errorCode}`);
    await pause(1);
  }
}
