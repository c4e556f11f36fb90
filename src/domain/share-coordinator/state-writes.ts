import type {
  CoordinatorContext,
  CoordinatorRecord,
  Reply,
} from '../coordinator/coordinator-shard.ts';
import type { StateAnswer, WriteStateCommand } from './share-state-messages.ts';

const NONE: StateAnswer = { error: 'NONE', message: null };

/** A step that may write one record, or answer without one. */
interface Step {
  readonly prepare: () => CoordinatorRecord | StateAnswer;
  readonly reply: Reply<StateAnswer>;
}

interface Change {
  readonly command: WriteStateCommand;
  readonly refuse: () => StateAnswer | undefined;
  readonly prepare: (commands: readonly WriteStateCommand[]) => CoordinatorRecord;
  readonly reply: Reply<StateAnswer>;
}

/**
 * One write of a share-partition at a time: a snapshot must not be made of a state that a write on its way will change.
 * Changes that arrive meanwhile are written together.
 */
export class StateWrites {
  private readonly context: Pick<CoordinatorContext, 'append'>;
  /** Who waits, by share-partition; the key is there while a write is on its way. */
  private readonly waiting = new Map<string, (Step | Change)[]>();

  constructor(context: Pick<CoordinatorContext, 'append'>) {
    this.context = context;
  }

  add(name: string, step: Step): void {
    this.enqueue(name, step);
  }

  addChange(name: string, change: Change): void {
    this.enqueue(name, change);
  }

  private enqueue(name: string, entry: Step | Change): void {
    const waiting = this.waiting.get(name);
    if (waiting !== undefined) {
      waiting.push(entry);
      return;
    }
    this.waiting.set(name, [entry]);
    this.next(name);
  }

  private next(name: string): void {
    const waiting = this.waiting.get(name) ?? [];
    for (;;) {
      const first = waiting.shift();
      if (first === undefined) {
        this.waiting.delete(name);
        return;
      }
      const isOnItsWay =
        'command' in first ? this.change(name, first, waiting) : this.step(name, first);
      if (isOnItsWay) return;
    }
  }

  private step(name: string, { prepare, reply }: Step): boolean {
    const prepared = prepare();
    if ('error' in prepared) {
      reply(prepared);
      return false;
    }
    this.append(name, prepared, [reply]);
    return true;
  }

  private change(name: string, first: Change, waiting: (Step | Change)[]): boolean {
    const together: Change[] = [];
    let change: Step | Change | undefined = first;
    while (change !== undefined && 'command' in change) {
      const refusal = change.refuse();
      if (refusal === undefined) together.push(change);
      else change.reply(refusal);
      const [next] = waiting;
      change = next !== undefined && 'command' in next ? (waiting.shift() as Change) : undefined;
    }
    if (together.length === 0) return false;
    const record = first.prepare(together.map(({ command }) => command));
    this.append(
      name,
      record,
      together.map(({ reply }) => reply),
    );
    return true;
  }

  private append(
    name: string,
    record: CoordinatorRecord,
    replies: readonly Reply<StateAnswer>[],
  ): void {
    this.context.append([record], (failure) => {
      const answer =
        failure === undefined ? NONE : { error: failure.errorName, message: failure.message };
      for (const reply of replies) reply(answer);
      this.next(name);
    });
  }
}
