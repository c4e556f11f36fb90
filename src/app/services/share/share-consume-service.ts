import type { ErrorName } from '../../../domain/error-code.ts';
import { areAcknowledgementsValid } from '../../../domain/share/acknowledgement-check.ts';
import type { Refusal } from '../../../domain/share/share-partition-messages.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type {
  ShareAcknowledgeCommand,
  ShareAcknowledgedPartition,
  ShareAcknowledgements,
  ShareAcknowledgeResult,
  ShareConsume,
  ShareFetchCommand,
  ShareFetchedPartition,
  ShareFetchResult,
  ShareSessionRequest,
  ShareTopicPartition,
} from '../../../ports/share-consume.ts';
import { leaderFor, type PartitionFinder } from '../partition/partition-finder.ts';
import { DelayedShareFetch } from './delayed-share-fetch.ts';
import type { LiveSharePartition } from './live-share-partition.ts';
import type { SharePass } from './share-fetch-pass.ts';
import type { SharePartitions, SharePartitionsOptions } from './share-partitions.ts';
import type { ShareSession } from './share-session.ts';
import { FINAL_EPOCH, INITIAL_EPOCH, ShareSessionCache } from './share-session-cache.ts';

export interface ShareConsumeOptions extends Pick<SharePartitionsOptions, 'optionsOf'> {
  readonly partitions: PartitionFinder;
  readonly live: SharePartitions;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly maxSessions: number;
  /** fetch.max.bytes */
  readonly maxBytes: () => number;
}

const MEMBER_ID_MAX = 36;

/** Kafka's SharePartitionManager: sessions of members, and what they fetch and acknowledge in them. */
export class ShareConsumeService implements ShareConsume {
  readonly #options: ShareConsumeOptions;
  readonly #sessions: ShareSessionCache;

  constructor(options: ShareConsumeOptions) {
    this.#options = options;
    this.#sessions = new ShareSessionCache({
      maxSessions: options.maxSessions,
      onDisconnect: (session) => void this.#release(session),
    });
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  async fetch(command: ShareFetchCommand): Promise<ShareFetchResult> {
    const refusal = refusalOf(command) ?? refusalOfRenew(command);
    if (refusal !== undefined) return refused(refusal);
    const session = this.#sessionOf(command);
    if (session === 'SHARE_SESSION_LIMIT_REACHED') {
      // The client would be back at once: it waits here instead.
      await this.#wait(command);
    }
    if (typeof session === 'string') return refused(session);
    const acknowledged = this.#acknowledge(command);
    const isFinal = command.sessionEpoch === FINAL_EPOCH;
    const read = isFinal || command.isRenew ? [] : session.partitions(command.sessionEpoch);
    const fetched = await this.#read(command, session, read);
    const partitions = withAcknowledgements(fetched.partitions, await acknowledged);
    if (isFinal) {
      this.#sessions.remove(session);
      void this.#release(session);
    }
    const acquisitionLockTimeoutMs = this.#lockTimeoutMs(command.groupId);
    const { release } = fetched;
    return { error: 'NONE', acquisitionLockTimeoutMs, partitions, release };
  }

  async acknowledge(command: ShareAcknowledgeCommand): Promise<ShareAcknowledgeResult> {
    const acquisitionLockTimeoutMs = this.#lockTimeoutMs(command.groupId);
    const refusal = refusalOf(command);
    if (refusal !== undefined) return refused(refusal);
    const session =
      command.sessionEpoch === INITIAL_EPOCH
        ? 'INVALID_SHARE_SESSION_EPOCH'
        : this.#sessions.find(command);
    if (typeof session === 'string') return refused(session);
    const isFinal = command.sessionEpoch === FINAL_EPOCH;
    if (!isFinal) session.nextEpoch();
    const partitions = await this.#acknowledge(command);
    if (isFinal) {
      this.#sessions.remove(session);
      await this.#release(session);
    }
    return { error: 'NONE', acquisitionLockTimeoutMs, partitions };
  }

  #lockTimeoutMs(groupId: string): number {
    return this.#options.optionsOf(groupId).recordLockDurationMs;
  }

  #wait({ maxWaitMs, signal }: ShareFetchCommand): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.timer.schedule(Math.max(maxWaitMs, 0), resolve);
      const gone = () => {
        cancel();
        resolve();
      };
      signal?.addEventListener('abort', gone, { once: true });
    });
  }

  /** The session the fetch belongs to, made or moved on; or why there is none (Kafka's newContext). */
  #sessionOf(command: ShareFetchCommand): ShareSession | ErrorName {
    const { sessionEpoch, partitions, forgotten, acknowledgements, signal } = command;
    if (sessionEpoch === INITIAL_EPOCH) {
      if (acknowledgements.length > 0) return 'INVALID_REQUEST';
      const created = this.#sessions.create(command, partitions, signal);
      return created ?? 'SHARE_SESSION_LIMIT_REACHED';
    }
    const session = this.#sessions.find(command);
    if (typeof session === 'string' || sessionEpoch === FINAL_EPOCH) return session;
    if (!this.#sessions.update(session, partitions, forgotten)) {
      return 'SHARE_SESSION_LIMIT_REACHED';
    }
    session.nextEpoch();
    return session;
  }

  async #read(
    command: ShareFetchCommand,
    session: ShareSession,
    wanted: readonly ShareTopicPartition[],
  ): Promise<Pick<ShareFetchResult, 'partitions' | 'release'>> {
    const failed: ShareFetchedPartition[] = [];
    const live: LiveSharePartition[] = [];
    const { groupId, maxRecords } = command;
    for (const at of wanted) {
      const found = this.#options.live.open(groupId, at);
      if (typeof found === 'string') failed.push(this.#failed(at, found));
      else live.push(found);
    }
    const { quota } = command;
    const quotaBytes = quota?.fetchBytesMax ?? Number.POSITIVE_INFINITY;
    const maxBytes = Math.min(command.maxBytes, this.#options.maxBytes(), quotaBytes);
    let pass: SharePass | undefined;
    if (live.length > 0 && maxRecords > 0 && maxBytes > 0) {
      pass = await this.#delayed(command, live, maxBytes, failed).run();
    }
    // What is acquired is answered in any case, for nobody else can have it now; what is too much delays the next request.
    quota?.mayFetch(bytesOf(pass));
    const partitions = [...failed];
    for (const { live: read, error, slices, acquired } of pass?.partitions ?? []) {
      const { topicId, partition } = read.key;
      const told =
        error === 'NONE' ? fetchedOf({ topicId, partition }) : this.#failed(read.key, error);
      partitions.push({ ...told, slices, acquired });
    }
    const isFirst = command.sessionEpoch === INITIAL_EPOCH;
    const news = partitions.filter(({ topicId, partition, error, slices }) => {
      const told = { topicId, partition, failed: error !== 'NONE', empty: slices.length === 0 };
      return session.isNews(told) || isFirst;
    });
    return { partitions: news, release: () => pass?.release() };
  }

  #delayed(
    command: ShareFetchCommand,
    live: readonly LiveSharePartition[],
    maxBytes: number,
    failed: ShareFetchedPartition[],
  ): DelayedShareFetch {
    const { clock, timer, optionsOf } = this.#options;
    const { groupId, memberId, mode, batchSize, maxRecords, maxWaitMs, signal } = command;
    let loading = live.length;
    for (const each of live) {
      void each.loaded.then((error) => {
        if (error === undefined) return;
        loading -= 1;
        failed.push(this.#failed(each.key, error.errorName));
      });
    }
    return new DelayedShareFetch(live, {
      ...{ memberId, mode, batchSize, maxRecords, maxBytes, maxWaitMs, timer, signal },
      minBytes: Math.min(command.minBytes, maxBytes),
      isolation: optionsOf(groupId).isolation,
      nowMs: () => clock.nowMs(),
      isGone: () => signal?.aborted === true,
      isHopeless: () => loading === 0,
    });
  }

  #failed({ topicId, partition }: ShareTopicPartition, error: ErrorName): ShareFetchedPartition {
    const topic = this.#options.partitions.topicById(topicId);
    const currentLeader = leaderFor(error, topic, partition);
    return { ...fetchedOf({ topicId, partition }), error, currentLeader };
  }

  async #acknowledge(
    command: ShareSessionRequest &
      Pick<ShareAcknowledgeCommand, 'knowsRenew' | 'isRenew' | 'acknowledgements'>,
  ): Promise<readonly ShareAcknowledgedPartition[]> {
    const { groupId, memberId, acknowledgements } = command;
    return Promise.all(
      acknowledgements.map(async (each) => {
        const { topicId, partition } = each;
        const refusal = areAcknowledgementsValid(each.batches, command)
          ? await this.#acknowledgeOne(groupId, memberId, each)
          : ({ error: 'INVALID_REQUEST', message: '' } as const);
        const error = refusal?.error ?? 'NONE';
        const topic = this.#options.partitions.topicById(topicId);
        const currentLeader = leaderFor(error, topic, partition);
        const message = refusal?.message === '' ? null : (refusal?.message ?? null);
        return { topicId, partition, error, message, currentLeader };
      }),
    );
  }

  async #acknowledgeOne(
    groupId: string,
    memberId: string,
    { topicId, partition, batches }: ShareAcknowledgements,
  ): Promise<Refusal | undefined> {
    const topic = this.#options.partitions.topicById(topicId);
    if (topic === undefined) return { error: 'UNKNOWN_TOPIC_ID', message: '' };
    if (topic.partitions[partition] === undefined) {
      return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: '' };
    }
    if (batches.length === 0) return undefined;
    const live = this.#options.live.get({ groupId, topicId, partition });
    if (live === undefined) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: '' };
    return live.acknowledge(memberId, batches);
  }

  /** Others may have what the member holds. The last member of a group takes its share-partitions along. */
  async #release(session: ShareSession): Promise<void> {
    const { groupId, memberId } = session;
    const { live } = this.#options;
    const held = session
      .partitions(0)
      .map(({ topicId, partition }) =>
        live.get({ groupId, topicId, partition })?.release(memberId),
      );
    await Promise.all(held);
    if (!this.#sessions.hasMembers(groupId)) live.onGroupEmpty(groupId);
  }
}

function refused(error: ErrorName) {
  return { error, acquisitionLockTimeoutMs: 0, partitions: [], release: () => undefined };
}

function fetchedOf({ topicId, partition }: ShareTopicPartition): ShareFetchedPartition {
  return {
    ...{ topicId, partition, error: 'NONE', slices: [], acquired: [], currentLeader: undefined },
    ...{ acknowledgeError: 'NONE', acknowledgeMessage: null },
  };
}

function bytesOf(pass: SharePass | undefined): number {
  const slices = pass?.partitions.flatMap((each) => each.slices) ?? [];
  return slices.reduce((sum, { length }) => sum + length, 0);
}

/** What was fetched and what was acknowledged of a partition stand in one entry. */
function withAcknowledgements(
  fetched: readonly ShareFetchedPartition[],
  acknowledged: readonly ShareAcknowledgedPartition[],
): readonly ShareFetchedPartition[] {
  if (acknowledged.length === 0) return fetched;
  const entries = new Map(fetched.map((each) => [`${each.topicId}:${each.partition}`, each]));
  for (const { topicId, partition, error, message } of acknowledged) {
    const key = `${topicId}:${partition}`;
    const entry = entries.get(key) ?? fetchedOf({ topicId, partition });
    entries.set(key, { ...entry, acknowledgeError: error, acknowledgeMessage: message });
  }
  return [...entries.values()];
}

function refusalOf({ memberId }: ShareSessionRequest): ErrorName | undefined {
  const isMemberId = memberId !== '' && memberId.length <= MEMBER_ID_MAX;
  return isMemberId ? undefined : 'INVALID_REQUEST';
}

/** A request that only renews locks must not ask for records (KIP-1222). */
function refusalOfRenew(command: ShareFetchCommand): ErrorName | undefined {
  const { isRenew, maxBytes, minBytes, maxRecords, maxWaitMs } = command;
  const asks = maxBytes !== 0 || minBytes !== 0 || maxRecords !== 0 || maxWaitMs !== 0;
  return isRenew && asks ? 'INVALID_REQUEST' : undefined;
}
