import type { CoordinatorRecord, Reply } from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import type { KafkaError } from '../../kafka-error.ts';
import { ClassicGroup } from '../classic/classic-group.ts';
import type { ClassicGroups } from '../classic/classic-groups.ts';
import type { Group } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { GroupKind } from '../group-kind.ts';
import { classicGroupInstead, classicGroupTombstone } from '../modern/classic-group-replacement.ts';
import type { TopicsImage } from '../modern/topics-image.ts';
import { StreamsFencing } from './streams-fencing.ts';
import { StreamsGroup } from './streams-group.ts';
import { describeStreamsGroup, undescribedStreamsGroup } from './streams-group-description.ts';
import { type Put, StreamsGroupLog } from './streams-group-log.ts';
import { STREAMS_GROUP_RECORDS } from './streams-group-record.ts';
import { StreamsHeartbeat } from './streams-heartbeat.ts';
import { groupTombstones } from './streams-members.ts';
import {
  type DescribedStreamsGroup,
  NO_STREAMS_ANSWER,
  type StreamsHeartbeatCommand,
  type StreamsHeartbeatResult,
} from './streams-messages.ts';
import { StreamsRebalance } from './streams-rebalance.ts';

/** The streams groups of a shard (KIP-1071; that part of Kafka's GroupMetadataManager). */
export class StreamsGroups implements GroupKind<StreamsGroup> {
  readonly recordTypes = STREAMS_GROUP_RECORDS.recordTypes;
  readonly #groups: Map<string, Group>;
  readonly #environment: GroupEnvironment;
  readonly #classic: ClassicGroups;
  readonly #log: StreamsGroupLog;
  readonly #rebalance: StreamsRebalance;
  readonly #fencing: StreamsFencing;
  readonly #heartbeat: StreamsHeartbeat;

  constructor(groups: Map<string, Group>, environment: GroupEnvironment, classic: ClassicGroups) {
    this.#groups = groups;
    this.#environment = environment;
    this.#classic = classic;
    const log = new StreamsGroupLog(groups, environment.context);
    const rebalance = new StreamsRebalance(environment, log);
    const fencing = new StreamsFencing(environment.context, log);
    this.#log = log;
    this.#rebalance = rebalance;
    this.#fencing = fencing;
    this.#heartbeat = new StreamsHeartbeat({ environment, log, rebalance, fencing });
  }

  heartbeat(command: StreamsHeartbeatCommand, reply: Reply<StreamsHeartbeatResult>): void {
    this.#log.answer(command.groupId, (put) => this.#carryOut(command, put), {
      ...{ reply, refused: refusedHeartbeat },
      tooLarge: 'The topology or assignment is too large to be stored.',
    });
  }

  #carryOut(command: StreamsHeartbeatCommand, put: Put): StreamsHeartbeatResult {
    const { groupId, memberEpoch } = command;
    if (memberEpoch < 0) return this.#heartbeat.leave(command, put);
    const group = memberEpoch === 0 ? this.#prepared(groupId, put) : this.#log.known(groupId);
    return this.#heartbeat.beat(command, group, put);
  }

  /** The group as who joins it finds it: a classic one without members gives way. Throws GROUP_ID_NOT_FOUND. */
  #prepared(groupId: string, put: Put): StreamsGroup | undefined {
    const group = this.#groups.get(groupId);
    if (group === undefined) return undefined;
    if (group instanceof ClassicGroup && group.members.size === 0) {
      put(classicGroupTombstone(group, this.#classic, this.#log));
      return undefined;
    }
    return this.#log.known(groupId);
  }

  /** A group without members that a classic consumer joins. */
  makeRoom(group: StreamsGroup): ClassicGroup {
    const { groupId } = group;
    this.#rebalance.delay.cancel(groupId);
    return classicGroupInstead(groupId, groupTombstones(group), this.#classic, this.#log);
  }

  /** As it is stored: changes that are on their way to the log are waited for, and what comes of them is told. */
  describe(groupId: string, reply: Reply<DescribedStreamsGroup>): void {
    this.#log.tell(groupId, () => this.#described(groupId), reply);
  }

  #described(groupId: string): DescribedStreamsGroup {
    const group = this.#log.find(groupId);
    if (group === undefined) {
      return undescribedStreamsGroup(groupId, 'GROUP_ID_NOT_FOUND', this.#log.whyNot(groupId));
    }
    return describeStreamsGroup(group, this.#environment.streamsOptions(groupId).assignorName);
  }

  remove(
    group: StreamsGroup,
    others: readonly CoordinatorRecord[],
    done: (error: ErrorName) => void,
  ): void {
    this.#rebalance.delay.cancel(group.groupId);
    this.#log.remove(group.groupId, groupTombstones(group), others, done);
  }

  replay(record: CoordinatorRecord): void {
    this.#log.replay(record);
  }

  /** Members have their time from now on, whatever they used of it before. */
  loaded(): void {
    for (const group of this.#all()) {
      const { groupId } = group;
      const { sessionTimeoutMs } = this.#environment.streamsOptions(groupId);
      for (const member of group.members.values()) {
        this.#fencing.expectHeartbeat(groupId, member.memberId, sessionTimeoutMs);
        if (member.state === 'UNREVOKED_TASKS') this.#fencing.expectRevocation(groupId, member);
      }
    }
  }

  /** Nobody waits but for appends, which are told by themselves. */
  unloaded(): void {}

  onTopicsChanged(now: TopicsImage, before: TopicsImage): void {
    if (now.topicsByName === before.topicsByName) return;
    for (const group of this.#all()) {
      for (const name of group.requiredTopics) {
        if (now.topicsByName.get(name) === before.topicsByName.get(name)) continue;
        group.requestMetadataRefresh();
        break;
      }
    }
  }

  *#all(): Iterable<StreamsGroup> {
    for (const group of this.#groups.values()) if (group instanceof StreamsGroup) yield group;
  }
}

export function refusedHeartbeat({ errorName, message }: KafkaError): StreamsHeartbeatResult {
  const told = message === errorName ? null : message;
  return {
    answer: { ...NO_STREAMS_ANSWER, error: errorName, message: told },
    internalTopicsToCreate: [],
  };
}
