import { quoteIdentifier, quoteText } from './quote.ts';
import { decodedText, type TopicField, type TopicSchema } from './topic-schema.ts';

export const REJECT_FUNCTION = 'kawa_reject';

/** Which scan of a batch notes records, and under which name. */
export interface RejectSpec {
  readonly token: string;
  readonly source: number;
}

/**
 * A condition that lets records through whose fields could be read, and notes the others by a call of the reject function
 * with the reason. A field that is missing or null is one that could be read. Records with all fields cost a test for NULL
 * each; the others are looked at once more.
 */
export function readableCondition(
  { token, source }: RejectSpec,
  { decoder }: TopicSchema,
  fields: readonly TopicField[],
): string {
  const present = fields.map(({ name }) => `${fieldOf(name)} IS NOT NULL`).join(' AND ');
  const reason = reasonOf(fields, decodedText('kawa_value', decoder));
  const note = `${REJECT_FUNCTION}(${quoteText(token)}, ${source}, kafka_partition, kafka_offset, ${reason})`;
  return `CASE WHEN kawa_value IS NULL OR (${present}) THEN true WHEN ${reason} IS NULL THEN true ELSE ${note} END`;
}

function reasonOf(fields: readonly TopicField[], text: string): string {
  const wrong = fields.map(({ name, structure }) => {
    const pointer = quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    const reason = quoteText(`field ${name} is no ${typeText(structure)}`);
    return `WHEN ${fieldOf(name)} IS NULL AND json_type(${text}, ${pointer}) <> 'NULL' THEN ${reason}`;
  });
  return `CASE WHEN ${text} IS NULL THEN 'the value does not fit its schema'
    WHEN NOT json_valid(${text}) THEN 'the value is no JSON'
    WHEN json_type(${text}) <> 'OBJECT' THEN 'the value is no JSON object' ${wrong.join(' ')} END`;
}

function fieldOf(name: string): string {
  return `kawa_fields.${quoteIdentifier(name)}`;
}

function typeText(structure: unknown): string {
  return typeof structure === 'string' ? structure : JSON.stringify(structure);
}
