import type { TopologyProblem, TopologyProblemStatus } from './configured-topology.ts';

/** What keeps a topology from running until somebody changes the topics (Kafka's TopicConfigurationException). */
export class TopologyConfigurationError extends Error {
  readonly problem: TopologyProblem;

  constructor(status: TopologyProblemStatus, message: string) {
    super(message);
    this.name = 'TopologyConfigurationError';
    this.problem = { status, message };
  }
}
