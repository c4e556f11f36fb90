import type { CoordinatorRecord } from '../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../error-code.ts';
import type { Group } from './group.ts';
import type { GroupMetadata } from './group-environment.ts';

/** What the shard asks of those who keep the groups of one kind, beside the commands of that kind. */
export interface GroupKind<Kept extends Group = Group> {
  /** The types of the records that its groups are made of. */
  readonly recordTypes: readonly number[];
  /** Applies a record at start. What is written later is applied by who writes it. */
  replay(record: CoordinatorRecord): void;
  /** All is replayed: timers may start. */
  loaded(): void;
  /** Whoever waits must look for another coordinator. */
  unloaded(): void;
  /** Takes an empty group out, and what else goes with it; `done` is told when that is stored or why it is not. */
  remove(group: Kept, others: readonly CoordinatorRecord[], done: (error: ErrorName) => void): void;
  /** Topics came, went or grew. */
  onTopicsChanged(now: GroupMetadata, before: GroupMetadata): void;
}
