import type { CoordinatorRecord, Reply } from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import { KafkaError } from '../../kafka-error.ts';
import type { TopicId } from '../../topic-partition.ts';
import { appendErrorForClients } from '../append-error.ts';
import type { Group } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupKind } from '../group-kind.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type { TopicsImage } from '../modern/topics-image.ts';
import { ShareFencing } from './share-fencing.ts';
import { ShareGroup } from './share-group.ts';
import { type Put, ShareGroupLog } from './share-group-log.ts';
import type { ShareGroupMember } from './share-group-member.ts';
import { SHARE_GROUP_RECORDS } from './share-group-record.ts';
import {
  knowsAny,
  type ShareGroupTopics,
  withDeleting,
  withInitialized,
  withInitializing,
  withoutInitializing,
  withoutTopics,
} from './share-group-topics.ts';
import { ShareHeartbeat } from './share-heartbeat.ts';
import type {
  DescribedShareGroup,
  ShareHeartbeatAnswer,
  ShareHeartbeatCommand,
  ShareInitialization,
} from './share-messages.ts';

/** The share groups of a shard (KIP-932; that part of Kafka's GroupMetadataManager). */
export class ShareGroups implements GroupKind<ShareGroup> {
  readonly recordTypes = SHARE_GROUP_RECORDS.recordTypes;
  readonly #groups: Map<string, Group>;
  readonly #environment: GroupEnvironment;
  readonly #log: ShareGroupLog;
  readonly #fencing: ShareFencing;

  constructor(groups: Map<string, Group>, environment: GroupEnvironment) {
    this.#groups = groups;
    this.#environment = environment;
    this.#log = new ShareGroupLog(groups, environment.context);
    this.#fencing = new ShareFencing(environment, this.#log);
  }

  /** `initialization` is for the share coordinator, once the answer is given. */
  heartbeat(
    command: ShareHeartbeatCommand,
    reply: Reply<{ answer: ShareHeartbeatAnswer; initialization: ShareInitialization | undefined }>,
  ): void {
    const { groupId, memberId, memberEpoch } = command;
    let answer: ShareHeartbeatAnswer = { ...NO_ANSWER, memberId, memberEpoch };
    let initialization: ShareInitialization | undefined;
    try {
      this.#checkKind(groupId, memberEpoch === 0);
      this.#log.write(
        groupId,
        (put) => {
          if (memberEpoch === LEAVE) {
            const group = this.#found(groupId);
            this.#fencing.fence(group, knownMember(group, memberId), put);
          } else {
            ({ answer, initialization } = this.#stay(command, put));
          }
        },
        (error) => {
          if (error === undefined) reply({ answer, initialization });
          else reply({ answer: refused(appendErrorForClients(error)), initialization: undefined });
        },
      );
    } catch (error) {
      const { errorName, message } = KafkaError.from(error);
      reply({ answer: refused(errorName, message), initialization: undefined });
    }
  }

  #stay(command: ShareHeartbeatCommand, put: Put) {
    const { groupId, memberEpoch, subscribedTopicNames } = command;
    const { context, config, image, timings } = this.#environment;
    const share = timings('share', groupId);
    const { member, hasNewAssignment, initialization } = new ShareHeartbeat(command, {
      put,
      image: image(),
      timings: share,
      nowMs: context.nowMs(),
      maxSize: config.share.maxSize,
      initializeRetryMs: config.share.initializeRetryIntervalMs,
      group: () => this.#shareGroup(groupId),
    }).run();
    this.#fencing.expectHeartbeat(groupId, member.memberId, share.sessionTimeoutMs);
    const isTold = memberEpoch === 0 || subscribedTopicNames !== null || hasNewAssignment;
    const answer: ShareHeartbeatAnswer = {
      ...NO_ANSWER,
      memberId: member.memberId,
      memberEpoch: member.memberEpoch,
      heartbeatIntervalMs: share.heartbeatIntervalMs,
      assignment: isTold ? member.assigned : null,
    };
    return { answer, initialization };
  }

  #shareGroup(groupId: string): ShareGroup | undefined {
    const group = this.#groups.get(groupId);
    return group instanceof ShareGroup ? group : undefined;
  }

  /** Throws GROUP_ID_NOT_FOUND where a group of another kind has the name, or none where one has to be there. */
  #checkKind(groupId: string, mayBeMissing: boolean): void {
    const group = this.#groups.get(groupId);
    if (group === undefined && mayBeMissing) return;
    if (!(group instanceof ShareGroup)) this.#found(groupId);
  }

  #found(groupId: string): ShareGroup {
    const group = this.#groups.get(groupId);
    if (group instanceof ShareGroup) return group;
    const problem = group === undefined ? 'not found' : 'is not a share group';
    throw new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} ${problem}.`);
  }

  /** As it is stored: changes that are on their way to the log are waited for, and what comes of them is told. */
  describe(groupId: string, assignorName: string, reply: Reply<DescribedShareGroup>): void {
    this.#log.tell(groupId, () => this.#described(groupId, assignorName), reply);
  }

  #described(groupId: string, assignorName: string): DescribedShareGroup {
    const group = this.#groups.get(groupId);
    if (!(group instanceof ShareGroup)) return this.#undescribed(groupId, group);
    const { state, groupEpoch, assignmentEpoch } = group;
    const { topicsById } = this.#environment.image();
    const members = Array.from(group.members.values(), (member) => ({
      ...member,
      assignment: Array.from(member.assigned, ([topicId, partitions]) => ({
        ...{ topicId, partitions, topicName: topicsById.get(topicId)?.name },
      })).flatMap(({ topicName, ...rest }) =>
        topicName === undefined ? [] : [{ ...rest, topicName }],
      ),
    }));
    return {
      ...{ groupId, error: 'NONE', message: null, state, groupEpoch, assignmentEpoch },
      ...{ assignorName, members },
    };
  }

  #undescribed(groupId: string, group: Group | undefined): DescribedShareGroup {
    const problem = group === undefined ? 'not found' : 'is not a share group';
    return {
      ...{ groupId, error: 'GROUP_ID_NOT_FOUND', message: `Group ${groupId} ${problem}.` },
      ...{ state: 'Dead', groupEpoch: 0, assignmentEpoch: 0, assignorName: '', members: [] },
    };
  }

  /** The partitions whose states are there. */
  initialized(groupId: string): TopicPartitions {
    const { initialized } = this.#shareGroup(groupId)?.topics ?? { initialized: new Map() };
    return new Map(Array.from(initialized, ([topicId, { partitions }]) => [topicId, partitions]));
  }

  /** The share coordinator has made the states: now they can be assigned. */
  stateInitialized(groupId: string, partitions: TopicPartitions, done: Reply<ErrorName>): void {
    const { image, context } = this.#environment;
    this.#changeTopics(
      groupId,
      (topics) => withInitialized(topics, partitions, image(), context.nowMs()),
      done,
    );
  }

  /** It could not: the next heartbeat asks again. */
  stateNotInitialized(groupId: string, partitions: TopicPartitions, done: Reply<ErrorName>): void {
    this.#changeTopics(groupId, (topics) => withoutInitializing(topics, partitions), done);
  }

  /** The states of an empty group are about to be made anew; the group is made if need be. */
  startReset(
    groupId: string,
    partitions: TopicPartitions,
    reply: Reply<{ error: ErrorName; message: string | null; stateEpoch: number }>,
  ): void {
    const { image, context } = this.#environment;
    let stateEpoch = 0;
    this.#attempt(
      groupId,
      (put) => {
        this.#checkKind(groupId, true);
        const group = this.#shareGroup(groupId);
        if (group !== undefined) checkEmpty(group);
        stateEpoch = group?.groupEpoch ?? 0;
        const added = new Map(
          Array.from(partitions, ([topicId, numbers]) => {
            const name = image().topicsById.get(topicId)?.name ?? '';
            return [topicId, { name, partitions: numbers, sinceMs: context.nowMs() }];
          }),
        );
        if (added.size === 0) return;
        const topics = group?.topics ?? EMPTY_TOPICS;
        put({ kind: 'topics', groupId, value: withInitializing(topics, added) });
      },
      ({ error, message }) => reply({ error, message, stateEpoch }),
    );
  }

  /** The states of topics, or of all with `undefined`, are about to be deleted; answers which there are. */
  startDelete(
    groupId: string,
    topicIds: ReadonlySet<TopicId> | undefined,
    reply: Reply<{ error: ErrorName; message: string | null; partitions: TopicPartitions }>,
  ): void {
    const { image } = this.#environment;
    let partitions: TopicPartitions = new Map();
    this.#attempt(
      groupId,
      (put) => {
        const group = this.#found(groupId);
        checkEmpty(group);
        partitions = statesOf(group.topics, topicIds, image());
        if (!group.hasTopicsRecord) return;
        const value = withDeleting(group.topics, partitions.keys(), image());
        put({ kind: 'topics', groupId, value });
      },
      ({ error, message }) => reply({ error, message, partitions }),
    );
  }

  stateDeleted(groupId: string, topicIds: Iterable<TopicId>, done: Reply<ErrorName>): void {
    this.#changeTopics(groupId, (topics) => withoutTopics(topics, topicIds, 'deleting'), done);
  }

  #attempt(
    groupId: string,
    command: (put: Put) => void,
    done: Reply<{ error: ErrorName; message: string | null }>,
  ): void {
    try {
      this.#log.write(groupId, command, (error) =>
        done({
          error: error === undefined ? 'NONE' : appendErrorForClients(error),
          message: error?.message ?? null,
        }),
      );
    } catch (error) {
      const { errorName, message } = KafkaError.from(error);
      done({ error: errorName, message });
    }
  }

  #changeTopics(
    groupId: string,
    change: (topics: ShareGroupTopics) => ShareGroupTopics,
    done: Reply<ErrorName>,
  ): void {
    this.#attempt(
      groupId,
      (put) => {
        const group = this.#shareGroup(groupId);
        if (group === undefined || !group.hasTopicsRecord) return;
        put({ kind: 'topics', groupId, value: change(group.topics) });
      },
      ({ error }) => done(error),
    );
  }

  replay(record: CoordinatorRecord): void {
    this.#log.replay(record);
  }

  loaded(): void {
    for (const group of this.#groups.values()) {
      if (!(group instanceof ShareGroup)) continue;
      const { groupId } = group;
      const { sessionTimeoutMs } = this.#environment.timings('share', groupId);
      for (const memberId of group.members.keys()) {
        this.#fencing.expectHeartbeat(groupId, memberId, sessionTimeoutMs);
      }
    }
  }

  unloaded(): void {
    // Nobody waits: every answer is given once its records are stored.
  }

  remove(
    group: ShareGroup,
    others: readonly CoordinatorRecord[],
    done: (error: ErrorName) => void,
  ): void {
    const { groupId } = group;
    this.#attempt(
      groupId,
      (put) => {
        put({ kind: 'targetMetadata', groupId, value: undefined });
        put({ kind: 'topics', groupId, value: undefined });
        put({ kind: 'group', groupId, value: undefined });
        for (const record of others) put({ kind: 'other', record });
      },
      ({ error }) => done(error),
    );
  }

  onTopicsChanged(now: TopicsImage, before: TopicsImage): void {
    if (now.topicsById === before.topicsById) return;
    const deleted = new Set<TopicId>();
    for (const topicId of before.topicsById.keys()) {
      if (!now.topicsById.has(topicId)) deleted.add(topicId);
    }
    for (const group of this.#groups.values()) {
      if (!(group instanceof ShareGroup)) continue;
      if (hasChanged(group, now, before)) group.requestMetadataRefresh();
      if (deleted.size === 0 || !knowsAny(group.topics, deleted)) continue;
      const forget = (topics: ShareGroupTopics) => withoutTopics(topics, deleted, 'everywhere');
      this.#changeTopics(group.groupId, forget, () => {});
    }
  }
}

const LEAVE = -1;

const EMPTY_TOPICS: ShareGroupTopics = {
  initializing: new Map(),
  initialized: new Map(),
  deleting: new Map(),
};

const NO_ANSWER: ShareHeartbeatAnswer = {
  ...{ error: 'NONE', message: null, memberId: null, memberEpoch: 0 },
  ...{ heartbeatIntervalMs: 0, assignment: null },
};

function refused(error: ErrorName, message: string | null = null): ShareHeartbeatAnswer {
  return { ...NO_ANSWER, error, message };
}

function knownMember({ groupId, members }: ShareGroup, memberId: string): ShareGroupMember {
  const member = members.get(memberId);
  if (member !== undefined) return member;
  throw new KafkaError(
    'UNKNOWN_MEMBER_ID',
    `Member ${memberId} is not a member of group ${groupId}.`,
  );
}

function checkEmpty(group: ShareGroup): void {
  if (!group.isEmpty) throw new KafkaError('NON_EMPTY_GROUP', 'The group is not empty.');
}

/** What there is to delete; a topic whose deletion was begun before may have any of its partitions still. */
function statesOf(
  { initializing, initialized, deleting }: ShareGroupTopics,
  topicIds: ReadonlySet<TopicId> | undefined,
  { topicsById }: TopicsImage,
): TopicPartitions {
  const states = new Map<TopicId, readonly number[]>();
  const isWanted = (topicId: TopicId) => topicIds === undefined || topicIds.has(topicId);
  for (const topics of topicIds === undefined ? [initializing, initialized] : [initialized]) {
    for (const [topicId, { partitions }] of topics) {
      if (!isWanted(topicId)) continue;
      states.set(topicId, [...new Set([...(states.get(topicId) ?? []), ...partitions])]);
    }
  }
  for (const topicId of deleting.keys()) {
    const topic = topicsById.get(topicId);
    if (topic !== undefined && isWanted(topicId)) {
      states.set(topicId, [...topic.partitions.keys()]);
    }
  }
  return states;
}

function hasChanged(group: ShareGroup, now: TopicsImage, before: TopicsImage): boolean {
  for (const name of group.subscribedTopicNames()) {
    if (now.topicsByName.get(name) !== before.topicsByName.get(name)) return true;
  }
  return false;
}
