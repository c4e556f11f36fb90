import type { ErrorName } from '../domain/error-code.ts';
import type { Offset } from '../domain/topic-partition.ts';

/** Way in: drops the records before an offset. */
export interface DeleteRecords {
  deleteRecords(target: DeleteRecordsTarget): Promise<DeletedRecords>;
}

export interface DeleteRecordsTarget {
  readonly topic: string;
  readonly partition: number;
  /** -1 stands for the high watermark. */
  readonly beforeOffset: Offset;
}

export interface DeletedRecords {
  readonly error: ErrorName;
  /** The partition's first offset afterwards; -1 with an error. */
  readonly lowWatermark: Offset;
}
