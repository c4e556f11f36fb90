import type { Reply } from '../../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../../error-code.ts';
import { KafkaError } from '../../kafka-error.ts';
import { appendErrorForClients } from '../append-error.ts';
import { joinError, syncError } from '../classic/classic-group.ts';
import type {
  HeartbeatCommand,
  JoinGroupAnswer,
  JoinGroupCommand,
  JoinProtocol,
  LeaveGroupAnswer,
  LeaveGroupCommand,
  LeavingMember,
  SyncGroupAnswer,
  SyncGroupCommand,
} from '../classic/classic-messages.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import type { ConsumerFencing } from './consumer-fencing.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupLog, Put } from './consumer-group-log.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import { checkSize, joiningMember, knownInstance, knownMember } from './consumer-members.ts';
import {
  type EmbeddedSubscription,
  embeddedSubscription,
  toEmbeddedAssignment,
} from './consumer-protocol.ts';
import type { ConsumerRebalance } from './consumer-rebalance.ts';
import type { GroupDowngrade } from './group-downgrade.ts';
import type { TopicRegexes } from './topic-regexes.ts';

const PROTOCOL_TYPE = 'consumer';

export interface ClassicMembersParts {
  readonly environment: GroupEnvironment;
  readonly log: ConsumerGroupLog;
  readonly rebalance: ConsumerRebalance;
  readonly regexes: TopicRegexes;
  readonly fencing: ConsumerFencing;
  readonly downgrade: GroupDowngrade;
}

interface Joining {
  readonly member: ConsumerGroupMember;
  readonly isDowngraded: boolean;
}

/**
 * Members of consumer groups that speak the classic protocol, while a group is migrated (KIP-848). None of them leads: the
 * coordinator assigns, and each joins again by itself when its heartbeat says so.
 */
export class ClassicMembers {
  readonly #o: ClassicMembersParts;

  constructor(parts: ClassicMembersParts) {
    this.#o = parts;
  }

  join(group: ConsumerGroup, command: JoinGroupCommand, reply: Reply<JoinGroupAnswer>): void {
    const memberId = command.memberId || this.#o.environment.context.uuid();
    try {
      const subscription = this.#checkJoin(group, command, memberId);
      const isNew = command.memberId === '' && command.groupInstanceId === null;
      if (command.requireKnownMemberId && isNew) {
        reply(joinError(memberId, 'MEMBER_ID_REQUIRED'));
        return;
      }
      let joining: Joining | undefined;
      this.#o.log.write(
        group.groupId,
        (put) => {
          joining = this.#join(group, { ...command, memberId }, subscription, put);
        },
        (error) => {
          if (error !== undefined) reply(joinError(memberId, appendErrorForClients(error)));
          else reply(this.#joined(command, joining as Joining));
        },
      );
    } catch (error) {
      reply(joinError('', KafkaError.from(error).errorName));
    }
  }

  #checkJoin(
    group: ConsumerGroup,
    command: JoinGroupCommand,
    memberId: string,
  ): EmbeddedSubscription {
    const { config, image } = this.#o.environment;
    checkSize(group, memberId, command.groupInstanceId, config);
    const [first] = command.protocols;
    const isSupported =
      config.consumer.migrationPolicy !== 'disabled' &&
      command.protocolType === PROTOCOL_TYPE &&
      group.classicMembers.supportsOneOf(command.protocols.map(({ name }) => name));
    const subscription = first && embeddedSubscription(first.metadata, image());
    if (isSupported && subscription !== undefined) return subscription;
    throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
  }

  #join(
    group: ConsumerGroup,
    command: JoinGroupCommand,
    { topics, owned, rackId }: EmbeddedSubscription,
    put: Put,
  ): Joining {
    const { rebalance, regexes, downgrade, environment } = this.#o;
    const { groupId } = group;
    const { memberId, groupInstanceId, rebalanceTimeoutMs, sessionTimeoutMs } = command;
    const replaced = groupInstanceId === null ? undefined : group.staticMember(groupInstanceId);
    const before = this.#before(group, command, put);
    const member: ConsumerGroupMember = {
      ...before,
      instanceId: groupInstanceId ?? before.instanceId,
      rackId: rackId ?? before.rackId,
      clientId: command.clientId,
      clientHost: command.clientHost,
      rebalanceTimeoutMs,
      subscribedTopicNames: topics,
      // The classic protocol has no expressions that the coordinator could read.
      subscribedTopicRegex: '',
      classic: { sessionTimeoutMs, supportedProtocols: copied(command.protocols) },
    };
    const isNew = !group.members.has(memberId);
    const namesChanged = rebalance.updateMember(isNew ? undefined : before, member, groupId, put);
    const regex = regexes.update(group, isNew ? undefined : before, member, put);
    const hasSubscriptionChanged = namesChanged || regex.hasChanged;
    if (hasSubscriptionChanged || group.hasMetadataExpired(environment.context.nowMs())) {
      rebalance.updateSubscriptionMetadata(group, hasSubscriptionChanged, put);
    }
    const isDowngraded = replaced !== undefined && downgrade.isDueAfterReplacing(group, replaced);
    if (!isDowngraded) rebalance.updateTargetAssignment(group, put);
    // Where a downgrade rebalances anyway, there is nothing to take a step towards.
    const next =
      isDowngraded && hasSubscriptionChanged
        ? (group.members.get(memberId) as ConsumerGroupMember)
        : rebalance.reconcile(group, memberId, { hasSubscriptionChanged, owned }, put);
    if (isDowngraded) downgrade.all(group, put, { rebalances: hasSubscriptionChanged });
    return { member: next, isDowngraded };
  }

  /** Who names itself with an instance id has to be the member it says. */
  #before(group: ConsumerGroup, command: JoinGroupCommand, put: Put): ConsumerGroupMember {
    const { memberId, groupInstanceId } = command;
    if (groupInstanceId !== null && group.members.has(memberId)) {
      return knownMember(group, memberId, groupInstanceId);
    }
    return joiningMember(group, memberId, groupInstanceId, { usesClassicProtocol: true }, put);
  }

  #joined(command: JoinGroupCommand, { member, isDowngraded }: Joining): JoinGroupAnswer {
    const { fencing } = this.#o;
    const { groupId } = command;
    const { memberId } = member;
    fencing.joined(groupId, memberId);
    if (!isDowngraded) {
      fencing.expectHeartbeat(groupId, memberId, command.sessionTimeoutMs);
      fencing.expectSync(groupId, memberId, command.rebalanceTimeoutMs);
    }
    return {
      error: 'NONE',
      generationId: member.memberEpoch,
      protocolType: PROTOCOL_TYPE,
      protocolName: command.protocols[0]?.name ?? null,
      leader: '',
      skipAssignment: false,
      memberId,
      members: [],
    };
  }

  sync(group: ConsumerGroup, command: SyncGroupCommand, reply: Reply<SyncGroupAnswer>): void {
    const { groupId, memberId, protocolType, protocolName } = command;
    try {
      const member = this.#speaker(group, command);
      const { sessionTimeoutMs, supportedProtocols } = classicOf(member);
      const [protocol] = supportedProtocols;
      const isConsistent =
        (protocolType === null || protocolType === PROTOCOL_TYPE) &&
        (protocolName === null || protocolName === protocol?.name);
      if (!isConsistent) throw new KafkaError('INCONSISTENT_GROUP_PROTOCOL');
      // One that has to give up partitions first has joined already, and will again.
      if (group.groupEpoch > member.memberEpoch && member.state !== 'UNREVOKED_PARTITIONS') {
        this.#o.fencing.expectJoin(groupId, member);
        throw new KafkaError('REBALANCE_IN_PROGRESS');
      }
      const { metadata } = protocol as JoinProtocol;
      const assignment = toEmbeddedAssignment(
        member.assigned,
        metadata,
        this.#o.environment.image(),
      );
      this.#o.log.write(
        groupId,
        () => {},
        (error) => {
          if (error !== undefined) {
            reply(syncError(appendErrorForClients(error)));
            return;
          }
          this.#o.fencing.synced(groupId, memberId);
          this.#o.fencing.expectHeartbeat(groupId, memberId, sessionTimeoutMs);
          reply({ error: 'NONE', protocolType, protocolName, assignment });
        },
      );
    } catch (error) {
      reply(syncError(KafkaError.from(error).errorName));
    }
  }

  heartbeat(group: ConsumerGroup, command: HeartbeatCommand): ErrorName {
    const { groupId, memberId } = command;
    try {
      const member = this.#speaker(group, command);
      this.#o.fencing.expectHeartbeat(groupId, memberId, classicOf(member).sessionTimeoutMs);
      const mustJoin =
        member.memberEpoch < group.groupEpoch ||
        member.state === 'UNREVOKED_PARTITIONS' ||
        (member.state === 'UNRELEASED_PARTITIONS' && !group.waitsForPartitions(member));
      if (!mustJoin) return 'NONE';
      this.#o.fencing.expectJoin(groupId, member);
      return 'REBALANCE_IN_PROGRESS';
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  /** The member, if it speaks the classic protocol and is at the generation it says. */
  #speaker(
    group: ConsumerGroup,
    {
      memberId,
      groupInstanceId,
      generationId,
    }: Pick<HeartbeatCommand, 'memberId' | 'groupInstanceId' | 'generationId'>,
  ): ConsumerGroupMember {
    const member = knownMember(group, memberId, groupInstanceId);
    if (member.classic === null) throw new KafkaError('UNKNOWN_MEMBER_ID');
    if (member.memberEpoch !== generationId) throw new KafkaError('ILLEGAL_GENERATION');
    return member;
  }

  /** Members of either protocol, for administrators take them out with this request. */
  leave(group: ConsumerGroup, command: LeaveGroupCommand, reply: Reply<LeaveGroupAnswer>): void {
    const leaving = new Set<ConsumerGroupMember>();
    const members = command.members.map((each) => {
      const { memberId, groupInstanceId } = each;
      try {
        leaving.add(leavingMember(group, each));
        return { memberId, groupInstanceId, error: 'NONE' as const };
      } catch (error) {
        return { memberId, groupInstanceId, error: KafkaError.from(error).errorName };
      }
    });
    this.#o.log.write(
      group.groupId,
      (put) => this.#o.fencing.fenceAll(group, [...leaving], put),
      (error) => {
        if (error === undefined) reply({ error: 'NONE', members });
        else reply({ error: appendErrorForClients(error), members: [] });
      },
    );
  }
}

function leavingMember(
  group: ConsumerGroup,
  { memberId, groupInstanceId }: LeavingMember,
): ConsumerGroupMember {
  return memberId === '' && groupInstanceId !== null
    ? knownInstance(group, groupInstanceId)
    : knownMember(group, memberId, groupInstanceId);
}

function classicOf({ classic }: ConsumerGroupMember): NonNullable<ConsumerGroupMember['classic']> {
  return classic as NonNullable<ConsumerGroupMember['classic']>;
}

/** The request's bytes are gone once it is answered. */
function copied(protocols: readonly JoinProtocol[]): readonly JoinProtocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() }));
}
