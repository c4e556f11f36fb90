import { quoteIdentifier } from '../quote.ts';
import type { StreamNames } from './stream-operator.ts';

/** Tables in a schema, which is given as SQL has it (`"kawadb"."streams"`), and temporary ones, all with the stream's name in theirs. */
export function streamNames(schema: string, stream: string): StreamNames {
  return {
    table: (part) => `${schema}.${quoteIdentifier(`${stream}.${part}`)}`,
    temporary: (part) => `temp.main.${quoteIdentifier(`${stream}.${part}`)}`,
  };
}
