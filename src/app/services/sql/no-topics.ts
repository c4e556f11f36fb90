import { SqlError } from '../../../domain/sql/sql-error.ts';
import type { TopicHistory } from '../../../ports/topic-history.ts';
import type { TopicSource } from '../../../ports/topic-source.ts';

/** What queries read where there is no broker. */
export const noTopics: TopicSource = {
  topics: () => [],
  ranges: (topic) => Promise.reject(noTopic(topic)),
  read: ({ topic }) => Promise.reject(noTopic(topic)),
};

export const noHistory: TopicHistory = {
  historyOf: async () => undefined,
  list: async () => [],
  exportable: (topic) => Promise.reject(noTopic(topic)),
  record: ({ topic }) => Promise.reject(noTopic(topic)),
  drop: async () => false,
};

function noTopic(topic: string): SqlError {
  return new SqlError('INVALID', `there is no topic ${topic}: this database has tables alone`);
}
