import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  AppendOptions,
  CoordinatorContext,
  CoordinatorRecord,
} from '../../../src/domain/coordinator/coordinator-shard.ts';
import { TimelineWriter } from '../../../src/domain/coordinator/timeline-writer.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';

type Entry = readonly [name: string, value: number];
type Stored = (error: KafkaError | undefined) => void;

/** A map whose changes are written, over a log that settles when it is told to. */
class WrittenMap {
  readonly values = new Map<string, number>();
  readonly log = new Map<string, number>();
  readonly appends: { entries: Entry[]; stored: Stored; options: AppendOptions | undefined }[] = [];
  readonly writer: TimelineWriter<Entry>;

  constructor() {
    const context = { append: this.append.bind(this) } as unknown as CoordinatorContext;
    this.writer = new TimelineWriter({
      context,
      sequence: 'g',
      encode: ([name, value]) => ({
        key: new TextEncoder().encode(name),
        value: new Uint8Array([value]),
      }),
      apply: ([name, value]) => {
        const before = this.values.get(name);
        this.writer.timeline.onRevert(() => {
          if (before === undefined) this.values.delete(name);
          else this.values.set(name, before);
        });
        this.values.set(name, value);
      },
    });
  }

  put(entries: readonly Entry[], stored: Stored = () => {}): void {
    this.writer.write((put) => {
      for (const entry of entries) put(entry);
    }, stored);
  }

  private append(records: readonly CoordinatorRecord[], stored: Stored, options?: AppendOptions) {
    const entries = records.map(
      ({ key, value }): Entry => [new TextDecoder().decode(key), value?.[0] as number],
    );
    this.appends.push({ entries, stored, options });
  }

  /** Stores the next append, or fails it and all that were made by then. */
  settle(fails = false): void {
    const failing = fails ? this.appends.splice(0) : [];
    for (const { stored } of failing) stored(new KafkaError('MESSAGE_TOO_LARGE'));
    const next = this.appends.shift();
    if (next === undefined) return;
    for (const [name, value] of next.entries) this.log.set(name, value);
    next.stored(undefined);
  }
}

describe('a state that runs ahead of its log', () => {
  test('a change is seen at once and told once it is stored', () => {
    const map = new WrittenMap();
    const told: unknown[] = [];
    map.put([['a', 1]], (error) => told.push(error));
    expect(map.values.get('a')).toBe(1);
    expect(told).toEqual([]);
    expect(map.appends[0]?.options).toEqual({ sequence: 'g' });
    map.settle();
    expect(told).toEqual([undefined]);
  });

  test('an answer without records of its own waits for what it was decided upon', () => {
    const map = new WrittenMap();
    const told: string[] = [];
    map.put([], () => told.push('at once'));
    map.put([['a', 1]], () => told.push('change'));
    map.put([], (error) => told.push(`read ${error?.errorName}`));
    expect(told).toEqual(['at once']);
    map.settle(true);
    expect(told).toEqual(['at once', 'change', 'read MESSAGE_TOO_LARGE']);
  });

  test('a failed append takes back what was built on it, and nothing that came after it was told', () => {
    const map = new WrittenMap();
    map.put([['a', 1]], () => {});
    map.settle();
    const first = map.appends;
    map.put([['a', 2]], () => map.put([['b', 9]]));
    map.put([['a', 3]], () => {});
    const failure = new KafkaError('KAFKA_STORAGE_ERROR');
    const [second, third] = first.splice(0);
    second?.stored(failure);
    expect([...map.values]).toEqual([
      ['a', 1],
      ['b', 9],
    ]);
    third?.stored(failure);
    expect([...map.values]).toEqual([
      ['a', 1],
      ['b', 9],
    ]);
    map.settle();
    expect(map.writer.isWriting).toBe(false);
  });

  test('a change without a record lives and dies with what was written before it', () => {
    const map = new WrittenMap();
    const note = (value: number) =>
      map.writer.write(
        () => {
          const before = map.values.get('note');
          map.writer.timeline.onRevert(() => {
            if (before === undefined) map.values.delete('note');
            else map.values.set('note', before);
          });
          map.values.set('note', value);
        },
        () => {},
      );
    note(1);
    map.put([['a', 1]]);
    note(2);
    map.put([['b', 1]]);
    map.settle();
    expect(Object.fromEntries(map.values)).toEqual({ note: 2, a: 1, b: 1 });
    map.settle(true);
    expect(Object.fromEntries(map.values)).toEqual({ note: 2, a: 1 });
    note(3);
    map.put([['a', 2]]);
    note(4);
    map.settle(true);
    expect(Object.fromEntries(map.values)).toEqual({ note: 3, a: 1 });
  });

  test('a command that throws has changed nothing', () => {
    const map = new WrittenMap();
    map.put([['a', 1]]);
    const refused = () =>
      map.writer.write(
        (put) => {
          put(['a', 2]);
          expect(map.values.get('a')).toBe(2);
          throw new KafkaError('UNKNOWN_MEMBER_ID');
        },
        () => {},
      );
    expect(refused).toThrow('UNKNOWN_MEMBER_ID');
    expect(map.values.get('a')).toBe(1);
    expect(map.appends).toHaveLength(1);
  });

  test('once all is settled the state is what the log holds', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ name, value: fc.nat(255) }) },
      { weight: 3, arbitrary: fc.constant('store' as const) },
      { weight: 1, arbitrary: fc.constant('fail' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new WrittenMap();
        for (const each of steps) {
          if (typeof each === 'string') map.settle(each === 'fail');
          else map.put([[each.name, each.value]], () => {});
        }
        while (map.appends.length > 0) map.settle();
        expect(new Map(map.values)).toEqual(map.log);
      }),
    );
  });
});
