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

/** The topic whose metrics would be those of `name`: however many there are, for a name with few such characters. */
export function collidingTopic(
  name: string,
  existing: Pick<ReadonlySet<string>, 'has' | 'keys' | 'size'>,
): string | undefined {
  const places = Array.from(name.matchAll(/[._]/g), ({ index }) => index);
  if (places.length === 0) return undefined;
  const isFew = 2 ** places.length <= existing.size;
  const others = isFew ? spellings(name, places) : existing.keys();
  const unified = unifiedTopicName(name);
  for (const other of others) {
    if (other !== name && existing.has(other) && unifiedTopicName(other) === unified) return other;
  }
  return undefined;
}

/** The name with each of its places a '.' or a '_'. */
function* spellings(name: string, places: readonly number[]): Generator<string> {
  for (let choice = 0; choice < 2 ** places.length; choice++) {
    const characters = name.split('');
    for (const [i, place] of places.entries()) characters[place] = (choice >> i) & 1 ? '_' : '.';
    yield characters.join('');
  }
}
