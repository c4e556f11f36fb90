import type { Offset } from '../topic-partition.ts';
import { type AcknowledgeType, acknowledgeTypeOf } from './acknowledge-type.ts';
import type { InFlightBatch } from './in-flight-batch.ts';
import type { InFlightState } from './in-flight-state.ts';
import type { InFlightWindow } from './in-flight-window.ts';
import { later } from './offset-order.ts';
import type { RecordState } from './record-state.ts';
import type { SharePartitionConfig } from './share-partition-config.ts';
import type { AcknowledgementBatch, Refusal } from './share-partition-messages.ts';
import type { StateTransition } from './state-transition.ts';

const STATE_AFTER: {
  readonly [type in Exclude<AcknowledgeType, 'renew'>]: Exclude<RecordState, 'acquired'>;
} = { gap: 'archived', accept: 'acknowledged', release: 'available', reject: 'archived' };

const IN_TRANSITION =
  'The record state is invalid. The acknowledgement of delivery could not be completed.';

/** One batch of a member's acknowledgements (Kafka's SharePartition.acknowledge). */
export class Acknowledgement {
  private readonly window: InFlightWindow;
  private readonly config: SharePartitionConfig;
  private readonly memberId: string;
  private readonly batch: AcknowledgementBatch;
  private readonly types: readonly AcknowledgeType[];
  private readonly nowMs: number;

  private constructor(
    window: InFlightWindow,
    config: SharePartitionConfig,
    request: { memberId: string; batch: AcknowledgementBatch; nowMs: number },
    types: readonly AcknowledgeType[],
  ) {
    this.window = window;
    this.config = config;
    this.memberId = request.memberId;
    this.batch = request.batch;
    this.nowMs = request.nowMs;
    this.types = types;
  }

  /** Adds what changes to `transition`, or says why the acknowledgement is refused. */
  static apply(
    window: InFlightWindow,
    config: SharePartitionConfig,
    request: { memberId: string; batch: AcknowledgementBatch; nowMs: number },
    transition: StateTransition,
  ): Refusal | undefined {
    const types: AcknowledgeType[] = [];
    for (const id of request.batch.acknowledgeTypes) {
      const type = acknowledgeTypeOf(id);
      if (type === undefined) return invalidRequest(`Invalid acknowledge type: ${id}`);
      types.push(type);
    }
    // What is before the start offset is done with; a late acknowledgement does no harm.
    if (request.batch.lastOffset < window.startOffset) return undefined;
    return new Acknowledgement(window, config, request, types).run(transition);
  }

  private run(transition: StateTransition): Refusal | undefined {
    const batches = this.acknowledged();
    if (!Array.isArray(batches)) return batches;
    for (const batch of batches) {
      if (batch.lastOffset < this.window.startOffset) continue;
      const refusal = this.acknowledge(batch, transition);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  private acknowledged(): InFlightBatch[] | Refusal {
    const { firstOffset, lastOffset } = this.batch;
    const { batches, startOffset } = this.window;
    let floor = batches.floor(firstOffset);
    if (floor === undefined && firstOffset < startOffset) floor = batches.floor(startOffset);
    if (floor === undefined) {
      return invalidState(
        'Batch record not found. The request batch offsets are not found in the cache.',
      );
    }
    const found = batches.between(floor.firstOffset, lastOffset);
    const end = (found[found.length - 1] as InFlightBatch).lastOffset;
    if (end < firstOffset) {
      return invalidRequest(
        'Batch record not found. The first offset in request is past acquired records.',
      );
    }
    if (lastOffset > end) {
      return invalidRequest(
        'Batch record not found. The last offset in request is past acquired records.',
      );
    }
    return found;
  }

  private acknowledge(batch: InFlightBatch, transition: StateTransition): Refusal | undefined {
    const { firstOffset, lastOffset } = this.batch;
    const { state } = batch;
    if (state !== undefined) {
      const refusal = this.refusalOfBatch(state);
      if (refusal !== undefined) return refusal;
      const isWhole =
        batch.isWithin(firstOffset, lastOffset) &&
        this.types.length === 1 &&
        !batch.isCutBy(this.window.startOffset);
      if (isWhole) {
        const records = { first: batch.firstOffset, last: batch.lastOffset, state };
        return this.change(records, this.types[0] as AcknowledgeType, transition);
      }
      batch.split();
    }
    return this.acknowledgeOffsets(batch, transition);
  }

  private acknowledgeOffsets(
    batch: InFlightBatch,
    transition: StateTransition,
  ): Refusal | undefined {
    const { firstOffset, lastOffset } = this.batch;
    const from = later(firstOffset, this.window.startOffset);
    for (const [offset, state] of batch.offsets(from, lastOffset)) {
      const refusal =
        this.refusalOfOffset(state) ??
        this.change({ first: offset, last: offset, state }, this.typeAt(offset), transition);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  private typeAt(offset: Offset): AcknowledgeType {
    const index = this.types.length === 1 ? 0 : Number(offset - this.batch.firstOffset);
    return this.types[index] as AcknowledgeType;
  }

  private refusalOfBatch(state: InFlightState): Refusal | undefined {
    if (state.state !== 'acquired') {
      return invalidState(
        'The batch cannot be acknowledged. The batch is not in the acquired state.',
      );
    }
    if (state.memberId !== this.memberId) {
      return invalidState('Member is not the owner of batch record');
    }
    return state.isInTransition ? invalidState(IN_TRANSITION) : undefined;
  }

  private refusalOfOffset(state: InFlightState): Refusal | undefined {
    if (state.state !== 'acquired') {
      return invalidState('The offset cannot be acknowledged. The offset is not acquired.');
    }
    if (state.isInTransition) return invalidState(IN_TRANSITION);
    if (state.memberId !== this.memberId) {
      return invalidState('Member is not the owner of offset');
    }
    return undefined;
  }

  private change(
    records: { first: Offset; last: Offset; state: InFlightState },
    type: AcknowledgeType,
    transition: StateTransition,
  ): Refusal | undefined {
    const { config } = this;
    if (type !== 'renew') {
      const isDeadLetter = type === 'reject' && config.hasDeadLetterQueue;
      transition.start(records, isDeadLetter ? 'archiving' : STATE_AFTER[type], config);
      return undefined;
    }
    if (!config.isRenewEnabled) {
      return invalidState('Renewing acquisition locks is not enabled for the group.');
    }
    records.state.lockedUntilMs = this.nowMs + config.recordLockDurationMs;
    return undefined;
  }
}

function invalidState(message: string): Refusal {
  return { error: 'INVALID_RECORD_STATE', message };
}

function invalidRequest(message: string): Refusal {
  return { error: 'INVALID_REQUEST', message };
}
