// A share group of one member reads and acknowledges all records of 1 KiB that there are (KIP-932), as fast as answers come.
import { batchOf } from './batches.mjs';
import { createTopic, untilDone, WireClient } from './wire-client.mjs';

const PARTITIONS = 4;
const FILLED_RECORDS = 400_000;
const RECORDS_PER_BATCH = 100;
const ACCEPT = 1;

export async function shareConsumption({ port, name, broker }) {
  const client = await WireClient.open(port, name);
  const topicId = await createTopic(client, name, PARTITIONS);
  await fill(client, name);
  await client.ask('IncrementalAlterConfigs', 1, {
    validateOnly: false,
    resources: [
      {
        ...{ resourceType: 32, resourceName: name },
        configs: [{ name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' }],
      },
    ],
  });
  const memberId = 'AAAAAAAAAAAAAAAAAAAAKg';
  const beat = (memberEpoch, subscribedTopicNames) =>
    untilDone(
      () =>
        client.ask('ShareGroupHeartbeat', 1, {
          ...{ groupId: name, memberId, memberEpoch, rackId: null, subscribedTopicNames },
        }),
      ({ errorCode }) => errorCode,
    );
  await untilDone(
    () => client.ask('FindCoordinator', 4, { keyType: 0, coordinatorKeys: [name] }),
    ({ coordinators }) => coordinators[0].errorCode,
  );
  let { memberEpoch, assignment } = await beat(0, [name]);
  for (let tries = 0; tries < 1_000 && !assignment?.topicPartitions?.length; tries++) {
    ({ memberEpoch, assignment } = await beat(memberEpoch, null));
  }
  let shareSessionEpoch = 0;
  let acknowledged = new Map();
  let count = 0;
  const [startedAt, cpuBefore] = [performance.now(), broker.cpuSeconds()];
  while (count < FILLED_RECORDS) {
    const answer = await client.ask('ShareFetch', 1, {
      ...{ groupId: name, memberId, shareSessionEpoch, maxWaitMs: 500, minBytes: 1 },
      ...{ maxBytes: 50_000_000, maxRecords: 5_000, batchSize: 500, forgottenTopicsData: [] },
      topics: topicsOf(topicId, shareSessionEpoch, acknowledged),
    });
    if (answer.errorCode !== 0) throw new Error(`share fetch: ${answer.errorCode}`);
    shareSessionEpoch += 1;
    acknowledged = new Map();
    for (const { partitions } of answer.responses) {
      for (const { partitionIndex, acquiredRecords } of partitions) {
        for (const { firstOffset, lastOffset } of acquiredRecords) {
          count += Number(lastOffset - firstOffset) + 1;
          const batches = acknowledged.get(partitionIndex) ?? [];
          batches.push({ firstOffset, lastOffset, acknowledgeTypes: [ACCEPT] });
          acknowledged.set(partitionIndex, batches);
        }
      }
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = broker.cpuSeconds() - cpuBefore;
  client.close();
  return {
    'a second': Math.round(count / seconds),
    'a CPU second': Math.round(count / cpuSeconds),
    unit: 'records',
  };
}

function topicsOf(topicId, epoch, acknowledged) {
  const indexes = epoch === 0 ? [...Array(PARTITIONS).keys()] : [...acknowledged.keys()];
  if (indexes.length === 0) return [];
  const partitions = indexes.map((partitionIndex) => ({
    partitionIndex,
    acknowledgementBatches: acknowledged.get(partitionIndex) ?? [],
  }));
  return [{ topicId, partitions }];
}

async function fill(client, name) {
  const records = batchOf(RECORDS_PER_BATCH, 1024);
  const rounds = FILLED_RECORDS / RECORDS_PER_BATCH / PARTITIONS;
  for (let round = 0; round < rounds; round++) {
    await client.ask('Produce', 9, {
      ...{ transactionalId: null, acks: 1, timeoutMs: 30_000 },
      topicData: [
        {
          name,
          partitionData: Array.from({ length: PARTITIONS }, (_, index) => ({ index, records })),
        },
      ],
    });
  }
}
