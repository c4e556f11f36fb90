import type { Container } from 'inversify';
import type { Lifecycle } from '../lifecycle.ts';
import { TOKENS } from './tokens.ts';

/** What reads the topics by SQL. The engine itself is opened by the first statement, or by a view that goes on. */
export async function startSql(container: Container, lifecycle: Lifecycle): Promise<void> {
  const history = container.get(TOKENS.topicHistory);
  await lifecycle.start(
    'history',
    () => history.start(),
    () => history.close(),
  );
  const sql = container.get(TOKENS.sql);
  await lifecycle.start(
    'SQL',
    () => undefined,
    () => sql.close(),
  );
  const policy = container.get(TOKENS.historyPolicy);
  await lifecycle.start(
    'the policy of history',
    () => policy.start(),
    () => policy.close(),
  );
  const streams = container.get(TOKENS.streams);
  await lifecycle.start(
    'streams',
    () => streams.start(),
    () => streams.close(),
  );
}
