import type { Container } from 'inversify';
import type { Lifecycle } from '../lifecycle.ts';
import { TOKENS } from './tokens.ts';

/** What is kept: the store, the metadata in it, the logs, the topics they belong to, and what looks after them. */
export async function startStorage(container: Container, lifecycle: Lifecycle): Promise<void> {
  const opened = container.get(TOKENS.openedStore);
  const catalog = container.get(TOKENS.catalog);
  const logs = container.get(TOKENS.logs);
  const propagation = container.get(TOKENS.configPropagation);
  await lifecycle.start(
    'the store',
    () => opened.open(),
    () => opened.close(),
  );
  await lifecycle.start(
    'the catalog',
    () => catalog.open(),
    () => catalog.close(),
  );
  await lifecycle.start(
    'the logs',
    () => logs.open(opened.recovered),
    () => logs.close(),
  );
  await lifecycle.start(
    'configs',
    () => propagation.start(),
    () => propagation.stop(),
  );
  const topics = container.get(TOKENS.topics);
  await lifecycle.start(
    'topics',
    () => topics.open(),
    () => undefined,
  );
  const cleaner = container.get(TOKENS.logCleaner);
  await lifecycle.start(
    'the log cleaner',
    () => cleaner.start(),
    () => cleaner.stop(),
  );
  const tokens = container.get(TOKENS.delegationTokens);
  await lifecycle.start(
    'delegation tokens',
    () => tokens.start(),
    () => tokens.close(),
  );
}
