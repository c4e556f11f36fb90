import type { CoordinatorRecord, Reply } from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import type { ClassicGroup } from '../classic/classic-group.ts';
import type { ClassicGroups } from '../classic/classic-groups.ts';
import type { Group } from '../group.ts';
import type { GroupEnvironment, GroupMetadata } from '../group-environment.ts';
import type { GroupKind } from '../group-kind.ts';
import { ClassicMembers } from './classic-members.ts';
import { ConsumerFencing } from './consumer-fencing.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { describeConsumerGroup, unknownConsumerGroup } from './consumer-group-description.ts';
import { ConsumerGroupLog } from './consumer-group-log.ts';
import { CONSUMER_GROUP_RECORDS } from './consumer-group-record.ts';
import { ConsumerHeartbeat } from './consumer-heartbeat.ts';
import type {
  ConsumerGroupHeartbeatAnswer,
  ConsumerGroupHeartbeatCommand,
  DescribedConsumerGroup,
} from './consumer-messages.ts';
import { ConsumerRebalance } from './consumer-rebalance.ts';
import { GroupDowngrade } from './group-downgrade.ts';
import { groupTombstones } from './group-tombstones.ts';
import { GroupUpgrade } from './group-upgrade.ts';
import { TopicRegexes } from './topic-regexes.ts';

/** The groups of the consumer protocol (KIP-848), among those of the shard. */
export class ConsumerGroups implements GroupKind<ConsumerGroup> {
  readonly recordTypes = CONSUMER_GROUP_RECORDS.recordTypes;
  /** What members that speak the classic protocol ask. */
  readonly classicMembers: ClassicMembers;
  readonly #groups: Map<string, Group>;
  readonly #environment: GroupEnvironment;
  readonly #log: ConsumerGroupLog;
  readonly #rebalance: ConsumerRebalance;
  readonly #regexes: TopicRegexes;
  readonly #fencing: ConsumerFencing;
  readonly #downgrade: GroupDowngrade;
  readonly #heartbeat: ConsumerHeartbeat;

  constructor(groups: Map<string, Group>, environment: GroupEnvironment, classic: ClassicGroups) {
    this.#groups = groups;
    this.#environment = environment;
    const log = new ConsumerGroupLog(groups, environment.context);
    const rebalance = new ConsumerRebalance(environment);
    const regexes = new TopicRegexes(environment, log, rebalance);
    const downgrade = new GroupDowngrade({ environment, log, classic });
    const fencing = new ConsumerFencing({ environment, log, rebalance, downgrade });
    const upgrade = new GroupUpgrade({ groups, environment, log, classic, fencing });
    const parts = { environment, log, rebalance, regexes, fencing };
    this.#log = log;
    this.#rebalance = rebalance;
    this.#regexes = regexes;
    this.#fencing = fencing;
    this.#downgrade = downgrade;
    this.#heartbeat = new ConsumerHeartbeat({ ...parts, upgrade });
    this.classicMembers = new ClassicMembers({ ...parts, downgrade });
  }

  heartbeat(
    command: ConsumerGroupHeartbeatCommand,
    reply: Reply<ConsumerGroupHeartbeatAnswer>,
  ): void {
    this.#heartbeat.handle(command, reply);
  }

  /** A group without members that a classic consumer joins. */
  makeRoom(group: ConsumerGroup): ClassicGroup {
    return this.#downgrade.empty(group);
  }

  /** As it is stored: changes that are on their way to the log are waited for, and what comes of them is told. */
  describe(groupId: string, reply: Reply<DescribedConsumerGroup>): void {
    this.#log.tell(groupId, () => this.#described(groupId), reply);
  }

  #described(groupId: string): DescribedConsumerGroup {
    const group = this.#groups.get(groupId);
    if (!(group instanceof ConsumerGroup)) return unknownConsumerGroup(groupId, group);
    const assignorName = this.#rebalance.preferredAssignor(group);
    return describeConsumerGroup(group, assignorName, this.#environment.image());
  }

  remove(
    group: ConsumerGroup,
    others: readonly CoordinatorRecord[],
    done: (error: ErrorName) => void,
  ): void {
    this.#log.remove(group.groupId, groupTombstones(group), others, done);
  }

  replay(record: CoordinatorRecord): void {
    this.#log.replay(record);
  }

  /** Members have their time from now on, whatever they used of it before. */
  loaded(): void {
    for (const group of this.#all()) {
      const { groupId } = group;
      const { sessionTimeoutMs } = this.#environment.timings('consumer', groupId);
      for (const member of group.members.values()) {
        const { memberId, classic, state } = member;
        this.#fencing.expectHeartbeat(
          groupId,
          memberId,
          classic?.sessionTimeoutMs ?? sessionTimeoutMs,
        );
        if (state === 'UNREVOKED_PARTITIONS' && classic === null) {
          this.#fencing.expectRevocation(groupId, member);
        }
      }
    }
  }

  /** Nobody waits but for appends, which are told by themselves. */
  unloaded(): void {}

  onTopicsChanged(now: GroupMetadata, before: GroupMetadata): void {
    if (now.topicsById === before.topicsById) return;
    const changed = new Set<string>();
    let hasNew = false;
    for (const [topicId, topic] of now.topicsById) {
      const old = before.topicsById.get(topicId);
      if (old === undefined) hasNew = true;
      if (old?.partitions.length !== topic.partitions.length) changed.add(topic.name);
    }
    for (const [topicId, topic] of before.topicsById) {
      if (!now.topicsById.has(topicId)) changed.add(topic.name);
    }
    if (hasNew) this.#regexes.onNewTopics(now.version);
    if (changed.size === 0) return;
    for (const group of this.#all()) {
      for (const name of group.subscribedTopicNames()) {
        if (!changed.has(name)) continue;
        group.requestMetadataRefresh();
        break;
      }
    }
  }

  *#all(): Iterable<ConsumerGroup> {
    for (const group of this.#groups.values()) if (group instanceof ConsumerGroup) yield group;
  }
}
