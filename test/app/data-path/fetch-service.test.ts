import { describe, expect, it } from 'vitest';
import { FetchService } from '../../../src/app/services/fetch/fetch-service.ts';
import { FetchSessionCache } from '../../../src/app/services/fetch/fetch-session-cache.ts';
import { PartitionReader } from '../../../src/app/services/fetch/partition-reader.ts';
import type { FetchCommand, FetchPartition, FetchResult } from '../../../src/ports/fetch.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { type FakeTopic, finderOf, ManualTimer, topicOf } from './fakes.ts';

function partitionOf(partition: number, fetchOffset = 0n, more = {}): FetchPartition {
  const wanted = { topic: 't', topicId: 'id', partition, currentLeaderEpoch: -1, fetchOffset };
  return { ...wanted, lastFetchedEpoch: -1, maxBytes: 1_000, ...more };
}

function commandOf(partitions: readonly FetchPartition[], more = {}): FetchCommand {
  return {
    byTopicId: true,
    isolation: 'read_uncommitted',
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 10_000,
    sessionId: 0,
    sessionEpoch: -1,
    partitions,
    forgotten: [],
    ...more,
  };
}

function setUp(partitions = 2) {
  const topic = topicOf('t', 'id', partitions);
  const timer = new ManualTimer();
  let nowMs = 1_000;
  const clock = { nowMs: () => nowMs };
  const sessions = new FetchSessionCache({ clock, slots: 2 });
  const reader = new PartitionReader(finderOf([topic]), silentLogger);
  const service = new FetchService({ reader, sessions, timer, maxBytes: () => 50_000 });
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { topic, timer, service, sessions, advance };
}

function put({ logs }: FakeTopic, partition: number, ...sizes: number[]): void {
  for (const size of sizes) logs[partition]!.append(new Uint8Array(size));
  logs[partition]!.commit();
}

function now(result: FetchResult | Promise<FetchResult>): FetchResult {
  if (result instanceof Promise) throw new Error('waits');
  return result;
}

const sizes = ({ partitions }: FetchResult) =>
  partitions.map(({ slices }) => slices.reduce((sum, { length }) => sum + length, 0));
const settle = () => new Promise(setImmediate);

describe('FetchService', () => {
  it('answers at once from what is there, under both byte limits', () => {
    const { topic, service } = setUp();
    put(topic, 0, 400, 400, 400);
    put(topic, 1, 300);
    const result = now(service.fetch(commandOf([partitionOf(0), partitionOf(1)])));
    expect(sizes(result)).toEqual([800, 300]);
    expect(topic.logs[0]!.borrowed).toBe(1);
    result.release();
    result.release();
    expect(topic.logs.map(({ borrowed }) => borrowed)).toEqual([0, 0]);
    const small = now(
      service.fetch(commandOf([partitionOf(0), partitionOf(1)], { maxBytes: 500 })),
    );
    expect(sizes(small)).toEqual([400, 0]);
    const tiny = now(service.fetch(commandOf([partitionOf(0), partitionOf(1)], { maxBytes: 1 })));
    expect(sizes(tiny)).toEqual([400, 0]);
  });

  it('tells errors at once', () => {
    const { topic, service } = setUp();
    put(topic, 0, 10);
    const error = (more: object, partition = 0) =>
      now(service.fetch(commandOf([partitionOf(partition, 0n, more)]))).partitions[0]!.error;
    expect(error({ fetchOffset: 7n })).toBe('OFFSET_OUT_OF_RANGE');
    expect(error({ currentLeaderEpoch: 4 })).toBe('FENCED_LEADER_EPOCH');
    expect(error({ currentLeaderEpoch: 6 })).toBe('UNKNOWN_LEADER_EPOCH');
    expect(error({ topicId: 'none' })).toBe('UNKNOWN_TOPIC_ID');
    expect(error({}, 9)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(error({ lastFetchedEpoch: 9 })).toBe('OFFSET_OUT_OF_RANGE');
    const fenced = now(service.fetch(commandOf([partitionOf(0, 0n, { currentLeaderEpoch: 4 })])));
    expect(fenced.partitions[0]!.currentLeader).toEqual({ leaderId: 1, leaderEpoch: 5 });
    expect(error({ currentLeaderEpoch: 5 })).toBe('NONE');
  });

  it('tells where the logs part (KIP-595)', () => {
    const { topic, service } = setUp();
    put(topic, 0, 10, 10, 10, 10);
    const wanted = partitionOf(0, 4n, { lastFetchedEpoch: 3 });
    const [partition] = now(service.fetch(commandOf([wanted]))).partitions;
    expect(partition).toMatchObject({
      error: 'NONE',
      slices: [],
      divergingEpoch: { epoch: 3, endOffset: 2n },
    });
  });

  it('waits for the watermark without reading in between', async () => {
    const { topic, service, timer } = setUp();
    const waiting = service.fetch(commandOf([partitionOf(0), partitionOf(1)]));
    expect(waiting).toBeInstanceOf(Promise);
    await settle();
    expect(topic.logs[1]!.reads).toBe(1);
    expect(topic.logs[1]!.borrowed).toBe(0);
    put(topic, 1, 100);
    expect(sizes(await waiting)).toEqual([0, 100]);
    expect(timer.pending.size).toBe(0);
    expect(topic.logs.map(({ listeners }) => listeners.size)).toEqual([0, 0]);
  });

  it('waits for min bytes and does not read for each small append', async () => {
    const { topic, service } = setUp();
    const waiting = service.fetch(commandOf([partitionOf(0)], { minBytes: 500 }));
    for (let i = 0; i < 49; i += 1) {
      put(topic, 0, 10);
      await settle();
    }
    expect(topic.logs[0]!.reads).toBe(1);
    put(topic, 0, 10);
    expect(sizes(await waiting)).toEqual([500]);
    expect(topic.logs[0]!.reads).toBe(2);
  });

  it('answers with what is there when the time is over, or the client gone', async () => {
    const { topic, service, timer } = setUp();
    const late = service.fetch(commandOf([partitionOf(0)], { minBytes: 500 }));
    put(topic, 0, 20);
    await settle();
    timer.fire();
    expect(sizes(await late)).toEqual([20]);
    const abort = new AbortController();
    const gone = service.fetch(commandOf([partitionOf(1)], { signal: abort.signal }));
    abort.abort();
    expect(sizes(await gone)).toEqual([0]);
    expect(timer.pending.size).toBe(0);
  });

  it('sees what was committed while an engine was reading', async () => {
    const { topic, service } = setUp(1);
    topic.logs[0]!.readsLater = true;
    const waiting = service.fetch(commandOf([partitionOf(0)]));
    put(topic, 0, 30);
    const result = await waiting;
    expect(sizes(result)).toEqual([30]);
    result.release();
    expect(topic.logs[0]!.borrowed).toBe(0);
  });
});

describe('fetch sessions (KIP-227)', () => {
  const open = (service: FetchService, more = {}) =>
    now(
      service.fetch(
        commandOf([partitionOf(0), partitionOf(1)], { sessionEpoch: 0, maxWaitMs: 0, ...more }),
      ),
    );
  const next = (service: FetchService, sessionId: number, sessionEpoch: number, more = {}) =>
    now(service.fetch(commandOf([], { sessionId, sessionEpoch, maxWaitMs: 0, ...more })));

  it('tells only what changed, and changes what is asked', () => {
    const { topic, service } = setUp();
    put(topic, 0, 10);
    const { sessionId, partitions } = open(service);
    expect(partitions.length).toBe(2);
    expect(sessionId).toBeGreaterThan(0);
    const changed = { partitions: [partitionOf(0, 1n)] };
    const second = next(service, sessionId, 1, changed);
    expect(second.sessionId).toBe(sessionId);
    expect(second.partitions).toEqual([]);
    put(topic, 1, 25);
    const third = next(service, sessionId, 2);
    expect(third.partitions.map(({ name }) => name.partition)).toEqual([1]);
    const forgotten = [{ topic: 't', topicId: 'id', partition: 1 }];
    expect(next(service, sessionId, 3, { forgotten }).partitions).toEqual([]);
  });

  it('refuses unknown sessions, epochs and a change of naming', () => {
    const { service } = setUp();
    const { sessionId } = open(service);
    expect(next(service, sessionId + 1, 1).error).toBe('FETCH_SESSION_ID_NOT_FOUND');
    expect(next(service, sessionId, 2).error).toBe('INVALID_FETCH_SESSION_EPOCH');
    const byName = next(service, sessionId, 1, { byTopicId: false });
    expect(byName.error).toBe('FETCH_SESSION_TOPIC_ID_ERROR');
    now(service.fetch(commandOf([], { sessionId, sessionEpoch: -1, maxWaitMs: 0 })));
    expect(next(service, sessionId, 1).error).toBe('FETCH_SESSION_ID_NOT_FOUND');
  });

  it('keeps a bounded number and evicts only those long unused', () => {
    const { service, sessions, advance } = setUp();
    const first = open(service).sessionId;
    open(service);
    expect(open(service).sessionId).toBe(0);
    expect(sessions.size).toBe(2);
    advance(119_000);
    next(service, first, 1);
    advance(1_000);
    expect(open(service).sessionId).toBeGreaterThan(0);
    expect(sessions.get(first)).toBeDefined();
    expect(sessions.size).toBe(2);
  });

  it('lets a session end when its last partition is forgotten', () => {
    const { service, sessions } = setUp();
    const { sessionId } = open(service);
    const forgotten = [0, 1].map((partition) => ({ topic: 't', topicId: 'id', partition }));
    expect(next(service, sessionId, 1, { forgotten }).sessionId).toBe(0);
    expect(sessions.size).toBe(0);
  });
});
