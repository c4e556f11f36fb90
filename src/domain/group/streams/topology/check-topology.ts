import { KafkaError } from '../../../kafka-error.ts';
import { isInternalTopic } from '../../../topic/internal-topics.ts';
import { topicNameProblem } from '../../../topic/topic-name.ts';
import { namedTopics, type StreamsTopology, type Subtopology } from './streams-topology.ts';

/** Names that no topology may use; looked at before anything is asked about the topics. Throws STREAMS_INVALID_TOPOLOGY. */
export function checkTopicNames(topology: StreamsTopology): void {
  const names = [...namedTopics(topology)];
  const prohibited = names.filter(isInternalTopic);
  if (prohibited.length > 0) {
    throw invalid(
      `Use of Kafka internal topics ${prohibited.join(',')} in a Kafka Streams topology is prohibited.`,
    );
  }
  const wrong = names.filter((name) => topicNameProblem(name) !== undefined);
  if (wrong.length > 0) throw invalid(`Topic names ${wrong.join(',')} are not valid topic names.`);
}

/**
 * What a topology must be before a group takes it over. Throws INVALID_REQUEST for what is not supported, as in Kafka 4.4,
 * and STREAMS_INVALID_TOPOLOGY; for much of the latter Kafka has no error of its own and answers UNKNOWN_SERVER_ERROR.
 */
export function checkTopology({ epoch, subtopologies }: StreamsTopology): void {
  if (subtopologies.some(({ sourceTopicRegex }) => sourceTopicRegex.length > 0)) {
    throw new KafkaError(
      'INVALID_REQUEST',
      'Regular expressions for source topics are not supported yet.',
    );
  }
  if (epoch < 0) throw invalid(`The epoch of a topology is at least 0, not ${epoch}.`);
  const ids = new Set<string>();
  for (const subtopology of subtopologies) {
    const { subtopologyId } = subtopology;
    if (ids.has(subtopologyId)) {
      throw invalid(`Subtopology ${subtopologyId} must be there only once.`);
    }
    ids.add(subtopologyId);
    checkInternalTopics(subtopology);
    checkCopartitionGroups(subtopology);
  }
}

function checkInternalTopics({
  subtopologyId,
  stateChangelogTopics,
  repartitionSourceTopics,
}: Subtopology): void {
  for (const { name, partitions } of stateChangelogTopics) {
    if (partitions === 0) continue;
    throw invalid(
      `Changelog topic ${name} must have an undefined partition count, but it is set to ${partitions}.`,
    );
  }
  for (const { name, partitions } of repartitionSourceTopics) {
    if (partitions < 0)
      throw invalid(`Repartition topic ${name} cannot have ${partitions} partitions.`);
  }
  for (const topics of [stateChangelogTopics, repartitionSourceTopics]) {
    const names = new Set<string>();
    for (const { name } of topics) {
      if (names.has(name)) {
        throw invalid(`Subtopology ${subtopologyId} must name internal topic ${name} only once.`);
      }
      names.add(name);
    }
  }
}

function checkCopartitionGroups(subtopology: Subtopology): void {
  const { subtopologyId, sourceTopics, repartitionSourceTopics, copartitionGroups } = subtopology;
  const isWithin = (indexes: readonly number[], length: number) =>
    indexes.every((index) => index >= 0 && index < length);
  for (const group of copartitionGroups) {
    const isRight =
      isWithin(group.sourceTopics, sourceTopics.length) &&
      isWithin(group.repartitionSourceTopics, repartitionSourceTopics.length) &&
      group.sourceTopicRegex.length === 0;
    if (!isRight) {
      throw invalid(
        `A copartition group of subtopology ${subtopologyId} refers to topics that the subtopology does not have.`,
      );
    }
  }
}

function invalid(message: string): KafkaError {
  return new KafkaError('STREAMS_INVALID_TOPOLOGY', message);
}
