import { CreateTopicsApi } from '../../domain/protocol/messages/create-topics.ts';
import { DeleteTopicsApi } from '../../domain/protocol/messages/delete-topics.ts';
import { DescribeConfigsApi } from '../../domain/protocol/messages/describe-configs.ts';
import { IncrementalAlterConfigsApi } from '../../domain/protocol/messages/incremental-alter-configs.ts';
import type { ResponseOf } from '../../domain/protocol/schema.ts';
import { ZERO_UUID } from '../../domain/wire/uuid.ts';
import { checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';

const TOPIC_RESOURCE = 2;
const SET = 0;
const DELETE = 1;

export interface NewTopic {
  readonly name: string;
  /** -1 is the broker's default, as for the replication factor (KIP-464). */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

export type TopicConfig = ResponseOf<
  typeof DescribeConfigsApi
>['results'][number]['configs'][number];

export async function createTopic(cluster: ClusterClient, topic: NewTopic): Promise<void> {
  const { name, partitions, replicationFactor, configs } = topic;
  await cluster.retrying(async () => {
    const answer = await cluster.send('controller', CreateTopicsApi, (version) => ({
      topics: [
        {
          name,
          // Before version 4 a broker knows no default, and takes one of each for granted here.
          numPartitions: version < 4 ? Math.abs(partitions) : partitions,
          replicationFactor: version < 4 ? Math.abs(replicationFactor) : replicationFactor,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: cluster.timeoutMs,
    }));
    const [told] = answer.topics;
    checkAnswer(told?.errorCode ?? -1, `cannot create topic ${name}`, told?.errorMessage);
  });
}

export async function deleteTopic(cluster: ClusterClient, name: string): Promise<void> {
  const answer = await cluster.send('controller', DeleteTopicsApi, (version) => ({
    ...(version < 6 ? { topicNames: [name] } : { topics: [{ name, topicId: ZERO_UUID }] }),
    timeoutMs: cluster.timeoutMs,
  }));
  const [told] = answer.responses;
  checkAnswer(told?.errorCode ?? -1, `cannot delete topic ${name}`, told?.errorMessage);
}

export async function describeTopicConfigs(
  cluster: ClusterClient,
  name: string,
): Promise<readonly TopicConfig[]> {
  const answer = await cluster.send('any', DescribeConfigsApi, {
    resources: [{ resourceType: TOPIC_RESOURCE, resourceName: name, configurationKeys: null }],
  });
  const [told] = answer.results;
  checkAnswer(told?.errorCode ?? -1, `cannot read the configs of ${name}`, told?.errorMessage);
  return told?.configs ?? [];
}

export async function alterTopicConfigs(
  cluster: ClusterClient,
  name: string,
  {
    set,
    unset,
  }: { readonly set: Readonly<Record<string, string>>; readonly unset: readonly string[] },
): Promise<void> {
  const answer = await cluster.send('controller', IncrementalAlterConfigsApi, {
    resources: [
      {
        resourceType: TOPIC_RESOURCE,
        resourceName: name,
        configs: [
          ...Object.entries(set).map(([key, value]) => ({
            name: key,
            configOperation: SET,
            value,
          })),
          ...unset.map((key) => ({ name: key, configOperation: DELETE, value: null })),
        ],
      },
    ],
    validateOnly: false,
  });
  const [told] = answer.responses;
  checkAnswer(told?.errorCode ?? -1, `cannot alter the configs of ${name}`, told?.errorMessage);
}
