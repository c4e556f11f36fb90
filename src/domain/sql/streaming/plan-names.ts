import { quoteIdentifier } from '../quote.ts';
import type { StreamNames } from './stream-operator.ts';

/** Tables in a schema, which is given as SQL has it (`"kawadb"."streams"`), and temporary ones, all with the stream's name in theirs. */
export function streamNames(schema: string, stream: string): StreamNames {
  const table = (part: string): string => `${schema}.${quoteIdentifier(`${stream}.${part}`)}`;
  const temporary = (part: string): string => `temp.main.${quoteIdentifier(`${stream}.${part}`)}`;
  const tables = {
    ...{ state: table('state'), results: table('results'), closed: table('closed') },
    ...{ partial: temporary('partial'), changed: temporary('changed') },
  };
  return { table, temporary, tables };
}
