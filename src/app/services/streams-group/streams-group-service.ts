import type { StreamsGroupOptions } from '../../../domain/group/group-config.ts';
import type { GroupShard } from '../../../domain/group/group-shard.ts';
import { checkStreamsHeartbeat } from '../../../domain/group/streams/check-streams-heartbeat.ts';
import { undescribedStreamsGroup } from '../../../domain/group/streams/streams-group-description.ts';
import { refusedHeartbeat } from '../../../domain/group/streams/streams-groups.ts';
import type {
  DescribedStreamsGroup,
  StreamsHeartbeatAnswer,
  StreamsHeartbeatCommand,
  StreamsHeartbeatResult,
} from '../../../domain/group/streams/streams-messages.ts';
import { checkTopicNames } from '../../../domain/group/streams/topology/check-topology.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { StreamsGroupCoordinator, Told } from '../../../ports/streams-groups.ts';
import type { CoordinatorRuntime } from '../coordinator/coordinator-runtime.ts';
import type { InternalTopicCreation } from './internal-topic-creation.ts';

/** A status tells so many of the topics that could not be created. */
const ERRORS_TOLD_MAX = 3;

export interface StreamsGroupServiceOptions {
  readonly shards: Pick<CoordinatorRuntime<GroupShard>, 'submit'>;
  readonly creation: Pick<InternalTopicCreation, 'create' | 'errorsOf'>;
  readonly optionsOf: (groupId: string) => StreamsGroupOptions;
  /** Whether `streams.version` and group.coordinator.rebalance.protocols have the protocol served. */
  readonly isServed: () => boolean;
}

/** What Kafka's KafkaApis and GroupCoordinatorService do for streams groups: the group's part, then its internal topics. */
export class StreamsGroupService implements StreamsGroupCoordinator {
  readonly #o: StreamsGroupServiceOptions;

  constructor(options: StreamsGroupServiceOptions) {
    this.#o = options;
  }

  async heartbeat(command: StreamsHeartbeatCommand): Promise<StreamsHeartbeatAnswer> {
    try {
      this.#checkServed();
      if (command.topology !== null) checkTopicNames(command.topology);
      checkStreamsHeartbeat(command);
      const result = await this.#o.shards.submit<StreamsHeartbeatResult>(
        command.groupId,
        (shard, reply) => shard.streams.heartbeat(command, reply),
      );
      return this.#withCreation(command.groupId, result);
    } catch (error) {
      return refusedHeartbeat(KafkaError.from(error)).answer;
    }
  }

  #checkServed(): void {
    if (!this.#o.isServed()) throw new KafkaError('UNSUPPORTED_VERSION');
  }

  /** Has what is missing created, and tells of what could not be. */
  #withCreation(
    groupId: string,
    { answer, internalTopicsToCreate: missing }: StreamsHeartbeatResult,
  ): StreamsHeartbeatAnswer {
    if (missing.length === 0) return answer;
    const { creation } = this.#o;
    creation.create(missing, this.#o.optionsOf(groupId).heartbeatIntervalMs * 2);
    const errors = creation.errorsOf(missing.map(({ name }) => name));
    if (errors.length === 0) return answer;
    const told = errors
      .slice(0, ERRORS_TOLD_MAX)
      .map(({ name, message }) => `${name} (${message})`)
      .join(', ');
    const more = errors.length - ERRORS_TOLD_MAX;
    const all = more > 0 ? `${told} and ${more} more` : told;
    const statuses = answer.statuses.map((each) =>
      each.status === 'MISSING_INTERNAL_TOPICS'
        ? { ...each, detail: `${each.detail}; Creation failed: ${all}.` }
        : each,
    );
    return { ...answer, statuses };
  }

  /** There is no plug-in, and Kafka says so before it looks at anything else. */
  updateTopologyDescription(): Told {
    const message = 'The broker has no streams group topology description plugin configured.';
    return { error: 'UNSUPPORTED_VERSION', message: this.#o.isServed() ? message : null };
  }

  describe(groupIds: readonly string[]): Promise<readonly DescribedStreamsGroup[]> {
    return Promise.all(
      groupIds.map(async (groupId) => {
        try {
          this.#checkServed();
          if (groupId === '') throw new KafkaError('INVALID_GROUP_ID');
          return await this.#o.shards.submit<DescribedStreamsGroup>(groupId, (shard, reply) =>
            shard.streams.describe(groupId, reply),
          );
        } catch (error) {
          return undescribedStreamsGroup(groupId, KafkaError.from(error).errorName, null);
        }
      }),
    );
  }
}
