import { TokenCursor } from './token-cursor.ts';

export interface ProcessStreamCall {
  readonly topic: string;
  readonly query: string;
  readonly name: string;
}

/** `CALL process_stream('topic', 'SELECT … FROM stream …', 'table')`; undefined for any other statement. */
export function processStreamCallOf(sql: string): ProcessStreamCall | undefined {
  const cursor = new TokenCursor(sql);
  if (!cursor.accept('call', 'process_stream')) return undefined;
  cursor.expectSymbol('(', 'after process_stream');
  const topic = cursor.text('the topic');
  cursor.expectSymbol(',', 'after the topic');
  const query = cursor.text('the query');
  cursor.expectSymbol(',', 'after the query');
  const name = cursor.text('the name of the table');
  cursor.expectSymbol(')', 'after the name of the table');
  cursor.acceptSymbol(';');
  cursor.expectEnd();
  return { topic, query, name };
}
