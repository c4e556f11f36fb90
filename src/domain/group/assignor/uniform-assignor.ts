import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type { GroupSpec, PartitionAssignor, PartitionCount } from './partition-assignor.ts';
import { PartitionOwners } from './partition-owners.ts';
import { assignHeterogeneous } from './uniform-heterogeneous.ts';
import { assignHomogeneous } from './uniform-homogeneous.ts';

/**
 * As even as can be, and then as little moved as can be (Kafka's UniformAssignor). Kafka's result depends on the order of
 * its maps; ours goes by the order of the members it is given, and is as even and at least as sticky.
 */
export const UNIFORM_ASSIGNOR: PartitionAssignor = {
  name: 'uniform',

  assign(group: GroupSpec, partitionCount: PartitionCount): ReadonlyMap<string, TopicPartitions> {
    if (group.members.length === 0) return new Map();
    const owners = new PartitionOwners(group.members, partitionCount);
    if (group.subscriptionType === 'homogeneous') assignHomogeneous(owners, group.members);
    else assignHeterogeneous(owners, group.members);
    return owners.toAssignment();
  },
};
