import type { LogAppendInfo } from '../../src/app/services/log/log-types.ts';
import type { UnifiedLog } from '../../src/app/services/log/unified-log.ts';
import { encodeEndTransactionMarker } from '../../src/domain/record/control-record.ts';
import { batchOf, checksum } from '../app/log/log-fixture.ts';

/** A batch as its producer remembers it until it is answered, and as it was answered. */
export interface SentBatch {
  readonly sequence: number;
  readonly count: number;
  baseOffset: bigint | undefined;
}

/** As many batches of a producer are known again when they are sent once more. */
const MAX_IN_FLIGHT = 5;

/** An idempotent or transactional producer of one partition, which sends again what was not answered. */
export class SimulatedProducer {
  readonly producerId: bigint;
  readonly transactional: boolean;
  readonly acknowledged: SentBatch[] = [];
  #unanswered: SentBatch[] = [];
  #nextSequence = 0;
  #inTransaction = false;
  /** Whether something was refused, after which nothing new is in order before it was sent again. */
  #mustResend = false;
  #ending: 'COMMIT' | 'ABORT' | undefined;

  constructor(producerId: bigint, transactional: boolean) {
    this.producerId = producerId;
    this.transactional = transactional;
  }

  get sent(): readonly SentBatch[] {
    return [...this.acknowledged, ...this.#unanswered];
  }

  get canSend(): boolean {
    const mayFollow = !this.#mustResend && this.#ending === undefined;
    return mayFollow && this.#unanswered.length < MAX_IN_FLIGHT;
  }

  get canEnd(): boolean {
    return this.#inTransaction && this.#unanswered.length === 0 && this.#ending === undefined;
  }

  send(log: UnifiedLog, count: number): void {
    const sent = { sequence: this.#nextSequence, count, baseOffset: undefined };
    this.#nextSequence += count;
    this.#unanswered.push(sent);
    if (this.transactional) this.#inTransaction = true;
    this.#append(log, sent);
  }

  end(log: UnifiedLog, type: 'COMMIT' | 'ABORT'): void {
    this.#ending = type;
    this.#appendMarker(log, type);
  }

  get mustResend(): boolean {
    return this.#mustResend;
  }

  /** After the broker came back, or refused something. */
  resend(log: UnifiedLog): void {
    this.#mustResend = false;
    for (const sent of [...this.#unanswered]) this.#append(log, sent);
    if (this.#ending !== undefined) this.#appendMarker(log, this.#ending);
  }

  #append(log: UnifiedLog, sent: SentBatch): void {
    const { producerId, transactional } = this;
    const { sequence: baseSequence } = sent;
    const batch = batchOf(sent.count, {
      producerId,
      producerEpoch: 0,
      baseSequence,
      transactional,
    });
    const { baseOffset, committed } = this.#tryAppend(log, batch, 'client');
    committed.then(
      () => {
        if (!this.#unanswered.includes(sent)) return;
        this.#unanswered = this.#unanswered.filter((other) => other !== sent);
        sent.baseOffset = baseOffset;
        this.acknowledged.push(sent);
      },
      () => {
        this.#mustResend = true;
      },
    );
  }

  #appendMarker(log: UnifiedLog, type: 'COMMIT' | 'ABORT'): void {
    const { producerId } = this;
    const marker = { type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: 1n };
    const batch = encodeEndTransactionMarker(marker, checksum);
    this.#tryAppend(log, batch, 'coordinator').committed.then(
      () => {
        this.#ending = undefined;
        this.#inTransaction = false;
      },
      () => {
        this.#mustResend = true;
      },
    );
  }

  #tryAppend(log: UnifiedLog, batch: Uint8Array, origin: 'client' | 'coordinator'): LogAppendInfo {
    try {
      return log.append(batch, { origin });
    } catch (error) {
      this.#mustResend = true;
      throw error;
    }
  }
}
