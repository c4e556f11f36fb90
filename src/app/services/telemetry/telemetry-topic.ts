import { KafkaError } from '../../../domain/kafka-error.ts';
import { partitionForKey } from '../../../domain/protocol/hashing.ts';
import { encodeRecordBatch } from '../../../domain/record/record-batch.ts';
import type { Checksum } from '../../../ports/checksum.ts';
import type { TelemetryClient } from '../../../ports/client-telemetry.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { Produce } from '../../../ports/produce.ts';
import type { TopicAdmin } from '../../../ports/topic-admin.ts';

export interface TelemetryTopicOptions {
  readonly topic: string;
  readonly topics: Pick<TopicAdmin, 'ensureTopic'>;
  readonly produce: Produce;
  readonly clock: Clock;
  readonly checksum: Checksum;
  readonly compression: Compression;
}

const utf8 = new TextEncoder();

/**
 * Keeps what clients tell in a topic: the client instance's id as the key, OTLP `MetricsData` as the value, and who the
 * client is in the headers.
 */
export function telemetryTopic(
  options: TelemetryTopicOptions,
): (client: TelemetryClient, metrics: Uint8Array) => Promise<void> {
  const { topics, produce, clock, checksum, compression } = options;
  return async (client, metrics) => {
    const topic = await topics.ensureTopic(options.topic);
    const key = utf8.encode(client.clientInstanceId);
    const header = (name: string, value: string) => ({ key: name, value: utf8.encode(value) });
    const record = {
      ...{ key, value: metrics, timestampMs: BigInt(clock.nowMs()) },
      headers: [
        header('client_id', client.clientId),
        header('client_software_name', client.softwareName),
        header('client_software_version', client.softwareVersion),
        header('client_source_address', client.sourceAddress),
      ],
    };
    const records = encodeRecordBatch({ records: [record] }, { checksum, compression });
    const index = partitionForKey(key, topic.partitions.length);
    const { name, id: topicId } = topic;
    const { topics: produced } = await produce.produce({
      ...{ transactionalId: null, acks: -1, byTopicId: false },
      topicData: [{ name, topicId, partitionData: [{ index, records }] }],
    });
    const result = produced[0]?.partitions[0];
    if (result === undefined || result.error === 'NONE') return;
    throw new KafkaError(result.error, result.errorMessage ?? undefined);
  };
}
