import type { ErrorName } from '../../../domain/error-code.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { Fetch, FetchCommand, FetchPartition, FetchResult } from '../../../ports/fetch.ts';
import { DelayedFetch } from './delayed-fetch.ts';
import type { FetchSession } from './fetch-session.ts';
import type { FetchSessionCache } from './fetch-session-cache.ts';
import type { FetchPass, PartitionReader } from './partition-reader.ts';

export interface FetchServiceOptions {
  readonly reader: PartitionReader;
  readonly sessions: FetchSessionCache;
  readonly timer: Timer;
  /** fetch.max.bytes of the broker */
  readonly maxBytes: () => number;
}

const NO_SESSION_ID = 0;
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;

/** What a request means under KIP-227: what to read, and the session to note the answer in. */
interface FetchScope {
  readonly wanted: readonly FetchPartition[];
  readonly session: FetchSession | undefined;
  /** The answer leaves out partitions without news. */
  readonly incremental: boolean;
}

/** Kafka's FetchManager and ReplicaManager.fetchMessages for consumers. */
export class FetchService implements Fetch {
  readonly #options: FetchServiceOptions;

  constructor(options: FetchServiceOptions) {
    this.#options = options;
  }

  fetch(command: FetchCommand): FetchResult | Promise<FetchResult> {
    const scope = this.#scopeOf(command);
    if (typeof scope === 'string') return emptyResult(scope);
    const { quota } = command;
    let maxBytes = Math.min(Math.max(command.maxBytes, 0), this.#options.maxBytes());
    if (quota !== undefined) maxBytes = Math.min(maxBytes, quota.fetchBytesMax);
    const pass = this.#options.reader.read(command, scope.wanted, maxBytes);
    if (pass instanceof Promise) {
      return pass.then((read) => this.#answerOrWait(command, scope, maxBytes, read));
    }
    return this.#answerOrWait(command, scope, maxBytes, pass);
  }

  #answerOrWait(
    command: FetchCommand,
    scope: FetchScope,
    maxBytes: number,
    pass: FetchPass,
  ): FetchResult | Promise<FetchResult> {
    const { maxWaitMs } = command;
    const minBytes = Math.min(command.minBytes, maxBytes);
    if (pass.bytes >= minBytes || pass.urgent || maxWaitMs <= 0 || scope.wanted.length === 0) {
      return answer(command, scope, pass);
    }
    const { reader, timer } = this.#options;
    const { signal } = command;
    const read = () => reader.read(command, scope.wanted, maxBytes);
    const delayed = new DelayedFetch({ timer, maxWaitMs, minBytes, signal, read });
    return delayed.wait(pass).then((enough) => answer(command, scope, enough));
  }

  #scopeOf(command: FetchCommand): FetchScope | ErrorName {
    const { sessionId, sessionEpoch, partitions } = command;
    const { sessions } = this.#options;
    if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
      if (sessionId !== NO_SESSION_ID) sessions.remove(sessionId);
      const wantsSession = sessionEpoch === INITIAL_EPOCH && partitions.length > 0;
      const session = wantsSession
        ? sessions.create(command.byTopicId, partitions.length)
        : undefined;
      session?.update(partitions, []);
      return { wanted: partitions, session, incremental: false };
    }
    return this.#incrementalScope(command);
  }

  #incrementalScope(command: FetchCommand): FetchScope | ErrorName {
    const { sessions } = this.#options;
    const session = sessions.get(command.sessionId);
    if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND';
    if (session.epoch !== command.sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH';
    if (session.byTopicId !== command.byTopicId) return 'FETCH_SESSION_TOPIC_ID_ERROR';
    session.update(command.partitions, command.forgotten);
    if (session.size === 0) {
      sessions.remove(session.id);
      return { wanted: [], session: undefined, incremental: false };
    }
    session.nextEpoch();
    sessions.touch(session);
    return { wanted: session.wanted(), session, incremental: true };
  }
}

function answer({ quota }: FetchCommand, scope: FetchScope, pass: FetchPass): FetchResult {
  const { session, incremental } = scope;
  // The session is not told of what is not answered (Kafka's FetchContext.getThrottledResponse).
  if (quota?.mayFetch(pass.bytes) === false) {
    pass.release();
    return emptyResult('NONE', session?.id);
  }
  let partitions = pass.partitions;
  if (session !== undefined) {
    const news = session.news(partitions);
    if (incremental) partitions = news;
  }
  const sessionId = session?.id ?? NO_SESSION_ID;
  return { error: 'NONE', sessionId, partitions, release: () => pass.release() };
}

function emptyResult(error: ErrorName, sessionId = NO_SESSION_ID): FetchResult {
  return { error, sessionId, partitions: [], release: () => undefined };
}
