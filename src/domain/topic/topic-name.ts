import { KafkaError } from '../kafka-error.ts';
import { CLUSTER_METADATA_TOPIC } from './cluster-metadata.ts';

const NAME_LENGTH_MAX = 249;
const LEGAL_CHARACTERS = /^[a-zA-Z0-9._-]+$/;

/** Why a text cannot name a topic (Kafka's `Topic.validate`); undefined when it can. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.') return "'.' means a directory";
  if (name === '..') return "'..' means a directory";
  if (name.length > NAME_LENGTH_MAX) {
    return `it has ${name.length} characters, ${NAME_LENGTH_MAX} are allowed`;
  }
  if (!LEGAL_CHARACTERS.test(name)) {
    return `'${name}' has others than the letters a to z and A to Z, digits, '.', '_' and '-'`;
  }
  return undefined;
}

export function checkTopicName(name: string): void {
  const problem = topicNameProblem(name);
  if (problem !== undefined) {
    throw new KafkaError('INVALID_TOPIC_EXCEPTION', `no topic can have this name: ${problem}`);
  }
  if (name === CLUSTER_METADATA_TOPIC) {
    throw new KafkaError('INVALID_TOPIC_EXCEPTION', `${name} is the broker's own log and no topic`);
  }
}

/** The name in metrics, where '.' and '_' are the same: two topics must not share it. */
export function unifiedTopicName(name: string): string {
  return name.replaceAll('.', '_');
}

/** The topic whose metrics would be those of `name`. */
export function collidingTopic(name: string, existing: Iterable<string>): string | undefined {
  if (!/[._]/.test(name)) return undefined;
  const unified = unifiedTopicName(name);
  for (const other of existing) {
    if (other !== name && unifiedTopicName(other) === unified) return other;
  }
  return undefined;
}
