// AlterPartition, key 56, versions 2 to 3, flexible since 0.
import { api, array, int8, int16, int32, int64, uuid } from '../schema.ts';

export const AlterPartitionApi = api({
  key: 56,
  name: 'AlterPartition',
  versions: [2, 3],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32,
    brokerEpoch: int64.default(-1n),
    topics: array({
      topicId: uuid.ignorable(),
      partitions: array({
        partitionIndex: int32,
        leaderEpoch: int32,
        newIsr: array(int32).until(2),
        newIsrWithEpochs: array({
          brokerId: int32,
          brokerEpoch: int64.default(-1n),
        }).since(3),
        leaderRecoveryState: int8.default(0),
        partitionEpoch: int32,
      }),
    }),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    topics: array({
      topicId: uuid.ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        leaderId: int32,
        leaderEpoch: int32,
        isr: array(int32),
        leaderRecoveryState: int8.default(0).ignorable(),
        partitionEpoch: int32,
      }),
    }),
  },
});
