import type { PartitionAssignor } from './partition-assignor.ts';
import { RANGE_ASSIGNOR } from './range-assignor.ts';
import { UNIFORM_ASSIGNOR } from './uniform-assignor.ts';

const ASSIGNORS: ReadonlyMap<string, PartitionAssignor> = new Map(
  [UNIFORM_ASSIGNOR, RANGE_ASSIGNOR].map((assignor) => [assignor.name, assignor]),
);

/** One that a later version of the settings does not allow any more may still be asked for by a member: the default does. */
export function assignorNamed(name: string): PartitionAssignor {
  return ASSIGNORS.get(name) ?? UNIFORM_ASSIGNOR;
}
