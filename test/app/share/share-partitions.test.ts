import { expect, test } from 'vitest';
import type { UndeliveredRecords } from '../../../src/app/services/share/dead-letter-queue.ts';
import {
  SharePartitions,
  type SharePartitionsOptions,
} from '../../../src/app/services/share/share-partitions.ts';
import type { StateBatch } from '../../../src/domain/share/state-batch.ts';
import type { WriteStateCommand } from '../../../src/domain/share-coordinator/share-state-messages.ts';
import { CONFIG } from '../../domain/share/share-partition-harness.ts';

const AT = { topicId: 't', partition: 0 };
const ARCHIVING: StateBatch = {
  ...{ firstOffset: 3n, lastOffset: 4n, state: 'archiving', deliveryCount: 1 },
};

/** Share-partitions over a state with two records that are archiving, and a queue that takes them when it is told. */
class Fixture {
  readonly events: string[] = [];
  /** Lets the queue answer: whether the letters are over. */
  answer: (isOver: boolean) => void = () => undefined;
  readonly partitions: SharePartitions;

  constructor() {
    const state = {
      ...{ snapshotEpoch: 0, stateEpoch: 0, leaderEpoch: 0, startOffset: 3n },
      ...{ deliveryCompleteCount: 0, createTimestampMs: 0n, writeTimestampMs: 0n },
      stateBatches: [ARCHIVING],
    };
    const options = {
      partitions: {
        topicById: () => undefined,
        log: () => ({ onHighWatermarkAdvance: () => () => undefined }),
      },
      persister: {
        read: async () => {
          this.events.push('read');
          return { error: 'NONE', message: null, state };
        },
        write: async (_: object, { stateBatches }: WriteStateCommand) => {
          this.events.push(...stateBatches.map((batch) => batch.state));
          return { error: 'NONE', message: null };
        },
      },
      deadLetters: {
        write: ({ letters }: UndeliveredRecords) => {
          this.events.push(...letters.map((each) => `${each.firstOffset}-${each.lastOffset}`));
          return new Promise<boolean>((resolve) => {
            this.answer = resolve;
          });
        },
        close: () => this.answer(false),
      },
      clock: { nowMs: () => 0 },
      timer: { schedule: () => () => undefined },
      optionsOf: () => ({ ...CONFIG, hasDeadLetterQueue: true }),
    };
    this.partitions = new SharePartitions(options as unknown as SharePartitionsOptions);
  }

  open() {
    const live = this.partitions.open('g', AT);
    if (typeof live === 'string') throw new Error(live);
    return live;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('a share-partition is not read anew before its dead letters are written', async () => {
  const fixture = new Fixture();
  await fixture.open().loaded;
  expect(fixture.events).toEqual(['read', '3-4']);
  fixture.partitions.onGroupEmpty('g');
  const again = fixture.open();
  await new Promise((resolve) => setImmediate(resolve));
  expect(fixture.events).toEqual(['read', '3-4']);
  fixture.answer(true);
  await again.loaded;
  expect(fixture.events.slice(0, 4)).toEqual(['read', '3-4', 'archived', 'read']);
});

test('what a stop keeps from the queue stays as it is stored', async () => {
  const fixture = new Fixture();
  await fixture.open().loaded;
  await fixture.partitions.close();
  expect(fixture.events).toEqual(['read', '3-4']);
});

test('the group is done with the records once they are in the queue', async () => {
  const fixture = new Fixture();
  const live = fixture.open();
  await live.loaded;
  expect(live.partition?.startOffset).toBe(3n);
  fixture.answer(true);
  await until(() => live.partition?.startOffset === 5n);
});
