import type { ErrorName } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';

/** Why one record of a batch was refused (KIP-467). */
export interface RecordError {
  /** The place of the record in its batch. */
  readonly batchIndex: number;
  readonly message: string;
}

/** A batch was refused for some of its records (Kafka's RecordValidationException). */
export class RecordValidationError extends KafkaError {
  readonly recordErrors: readonly RecordError[];

  constructor(errorName: ErrorName, recordErrors: readonly RecordError[]) {
    super(errorName, `${recordErrors.length} records were refused: ${recordErrors[0]?.message}`);
    this.name = 'RecordValidationError';
    this.recordErrors = recordErrors;
  }
}
