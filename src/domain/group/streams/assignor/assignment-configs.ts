/** The settings of a group that assignors look at. */
export interface AssignmentConfigs {
  /** How many standby tasks a stateful task is to have. */
  readonly numStandbyReplicas: number;
  readonly rackAwareAssignmentTags: readonly string[];
}

export const NUM_STANDBY_REPLICAS = 'num.standby.replicas';
export const RACK_AWARE_ASSIGNMENT_TAGS = 'rack.aware.assignment.tags';

/** From names and values as the group's record keeps them (Kafka's AssignmentConfigsImpl); what is missing has its default. */
export function assignmentConfigsOf(configs: ReadonlyMap<string, string>): AssignmentConfigs {
  const tags = configs.get(RACK_AWARE_ASSIGNMENT_TAGS) ?? '';
  return {
    numStandbyReplicas: Number(configs.get(NUM_STANDBY_REPLICAS) ?? 0),
    rackAwareAssignmentTags: tags === '' ? [] : tags.split(','),
  };
}
