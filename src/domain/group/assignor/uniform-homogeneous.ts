import type { TopicId } from '../../topic-partition.ts';
import type { AssignorMember } from './partition-assignor.ts';
import type { PartitionOwners } from './partition-owners.ts';

/** All members read the same topics: two loads differ by one at most (Kafka's UniformHomogeneousAssignmentBuilder). */
export function assignHomogeneous(
  owners: PartitionOwners,
  members: readonly AssignorMember[],
): void {
  const quotas = quotasOf(owners);
  const free: [TopicId, number][] = [];
  for (const [index, { assignment }] of members.entries()) {
    let tooMany = (owners.loads[index] as number) - (quotas[index] as number);
    if (tooMany <= 0) continue;
    for (const [topicId, partitions] of [...assignment].reverse()) {
      for (let i = partitions.length - 1; i >= 0 && tooMany > 0; i--) {
        const partition = partitions[i] as number;
        if (owners.ownersOf(topicId)?.[partition] !== index) continue;
        owners.release(topicId, partition);
        tooMany--;
      }
    }
  }
  for (const topicId of owners.topicIds) {
    for (const partition of owners.unowned(topicId)) free.push([topicId, partition]);
  }
  let next = 0;
  for (const index of members.keys()) {
    const room = (quotas[index] as number) - (owners.loads[index] as number);
    for (const [topicId, partition] of free.slice(next, next + room)) {
      owners.give(topicId, partition, index);
      next++;
    }
  }
}

/** One more than the others have is for those who have it already, as far as it goes round. */
function quotasOf(owners: PartitionOwners): Int32Array {
  const { loads } = owners;
  const total = owners.partitionCount();
  const quota = Math.floor(total / loads.length);
  let longer = total % loads.length;
  const quotas = new Int32Array(loads.length).fill(quota);
  for (const wanted of [(load: number) => load > quota, (load: number) => load <= quota]) {
    for (let i = 0; i < loads.length && longer > 0; i++) {
      if (!wanted(loads[i] as number)) continue;
      quotas[i] = quota + 1;
      longer--;
    }
  }
  return quotas;
}
