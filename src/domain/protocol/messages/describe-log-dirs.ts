// DescribeLogDirs, key 35, versions 1 to 5, flexible since 2.
import { api, array, bool, int16, int32, int64, string } from '../schema.ts';

export const DescribeLogDirsApi = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexibleSince: 2,
  request: {
    topics: array({
      topic: string,
      partitions: array(int32),
    }).orNull(),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16.since(3).ignorable(),
    results: array({
      errorCode: int16,
      logDir: string,
      topics: array({
        name: string,
        partitions: array({
          partitionIndex: int32,
          partitionSize: int64,
          offsetLag: int64,
          isFutureKey: bool,
        }),
      }),
      totalBytes: int64.since(4).default(-1n).ignorable(),
      usableBytes: int64.since(4).default(-1n).ignorable(),
      isCordoned: bool.since(5).default(false).ignorable(),
    }),
  },
});
