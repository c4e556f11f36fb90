import type { TasksBySubtopology } from '../tasks-tuple.ts';
import type { AssignmentConfigs } from './assignment-configs.ts';

/** Cumulative changelog offsets of tasks, by subtopology id and partition. */
export type TaskOffsets = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

/** A member as an assignor sees it. */
export interface AssignorMember {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  /** Members of one process share its local state: no two of them get replicas of the same task. */
  readonly processId: string;
  readonly clientTags: ReadonlyMap<string, string>;
  /** What it has now, which may be less than it was to have. */
  readonly activeTasks: TasksBySubtopology;
  readonly standbyTasks: TasksBySubtopology;
  readonly warmupTasks: TasksBySubtopology;
  readonly taskOffsets: TaskOffsets;
  readonly taskEndOffsets: TaskOffsets;
}

/** A streams group as an assignor sees it (Kafka's GroupSpec). */
export interface GroupSpec {
  /** By member id, in an order that does not change between two assignments of the same members. */
  readonly members: ReadonlyMap<string, AssignorMember>;
  readonly configs: AssignmentConfigs;
}

/** What is to be assigned (Kafka's TopologyDescriber). */
export interface TopologyDescriber {
  /** Their ids, in rising order. */
  readonly subtopologies: readonly string[];
  /** How many tasks a subtopology has: the most partitions that one of its inputs has. */
  numberOfTasks(subtopologyId: string): number;
  /** Whether its tasks keep state, so that they can have standby tasks. */
  isStateful(subtopologyId: string): boolean;
}

/** What one member is to have. Warm-up tasks are not an assignor's in Kafka 4.4. */
export interface MemberAssignment {
  readonly activeTasks: TasksBySubtopology;
  readonly standbyTasks: TasksBySubtopology;
}

/** Shares the tasks of a topology out among the members of a streams group (Kafka's TaskAssignor). */
export interface TaskAssignor {
  readonly name: string;
  /** By member id, each member once. Throws TaskAssignorError when tasks can go to nobody. */
  assign(group: GroupSpec, topology: TopologyDescriber): ReadonlyMap<string, MemberAssignment>;
}

/** No assignment can be made (Kafka's TaskAssignorException). */
export class TaskAssignorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TaskAssignorError';
  }
}
