import { AnswerBacklog } from './answer-backlog.ts';

/**
 * The bytes of requests of all connections of a broker (Kafka's SimpleMemoryPool behind queued.max.request.bytes, not
 * strict: whoever is let in may go over the bound once). A connection that is not let in stops reading and is called, in
 * its turn, once there is room.
 *
 * Frames that still arrive take at most half, so that a few clients who send slowly cannot keep the requests of all
 * others out; what they were promised they always get, so that no frame waits for another one's end.
 */
export class RequestBudget {
  /** The same bound for answers that wait to be read. */
  readonly answers: AnswerBacklog;
  readonly #bytesMax: number;
  readonly #waiting = new Set<() => void>();
  #startedBytes = 0;
  #arrivingBytes = 0;
  #wakePlanned = false;
  readonly #wake = (): void => this.#wakeInTurn();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.answers = new AnswerBacklog(bytesMax);
  }

  get bytes(): number {
    return this.#startedBytes + this.#arrivingBytes;
  }

  /** Whether a request that is here whole may start. */
  get mayStart(): boolean {
    if (this.bytes < this.#bytesMax) return true;
    return this.#arrivingBytes > 0 && this.#startedBytes * 2 < this.#bytesMax;
  }

  /** Whether memory may be promised to a frame that arrives. */
  get mayReserve(): boolean {
    return this.bytes < this.#bytesMax && this.#arrivingBytes * 2 < this.#bytesMax;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  take(bytes: number): void {
    this.#startedBytes += bytes;
  }

  give(bytes: number): void {
    this.#startedBytes -= bytes;
    if (this.#waiting.size > 0) this.#planWake();
  }

  reserve(bytes: number): void {
    this.#arrivingBytes += bytes;
  }

  giveReserved(bytes: number): void {
    this.#arrivingBytes -= bytes;
    if (this.#waiting.size > 0) this.#planWake();
  }

  wait(resume: () => void): void {
    this.#waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume);
  }

  /** Another connection's answer made room: its turn is not theirs. */
  #planWake(): void {
    if (this.#wakePlanned || !this.mayStart) return;
    this.#wakePlanned = true;
    process.nextTick(this.#wake);
  }

  /**
   * Each once, in the order they came. Who cannot go on for want of more room than there is waits again, behind those who
   * came meanwhile; the rest keep their places.
   */
  #wakeInTurn(): void {
    this.#wakePlanned = false;
    let left = this.#waiting.size;
    for (const resume of this.#waiting) {
      if (left === 0 || !this.mayStart) return;
      left -= 1;
      this.#waiting.delete(resume);
      resume();
    }
  }
}
