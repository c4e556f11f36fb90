import { Kafka, logLevel } from 'kafkajs';
import { expect, test, vi } from 'vitest';
import { BrokerConnection } from '../../../src/adapters/kafka-client/broker-connection.ts';
import { DescribeProducersApi } from '../../../src/domain/protocol/messages/describe-producers.ts';
import { startTestBroker } from '../../../src/testing/index.ts';
import { CONNECTION_OPTIONS } from '../../crash/crash-connection.ts';

test('a producer is forgotten after producer.id.expiration.ms, which can be changed', async () => {
  await using broker = await startTestBroker({
    topics: ['t'],
    settings: { 'producer.id.expiration.check.interval.ms': '20' },
  });
  const kafka = new Kafka({ brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  await producer.send({ topic: 't', messages: [{ value: 'one' }] });
  const [host = '', port = ''] = broker.bootstrapServers.split(':');
  const connection = await BrokerConnection.open({ host, port: Number(port) }, CONNECTION_OPTIONS);
  const producers = async () => {
    const topics = [{ name: 't', partitionIndexes: [0] }];
    const answer = await connection.send(DescribeProducersApi, { topics });
    return answer.topics[0]?.partitions[0]?.activeProducers.length;
  };
  expect(await producers()).toBe(1);
  const admin = kafka.admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      { type: 4, name: '1', configEntries: [{ name: 'producer.id.expiration.ms', value: '1' }] },
    ],
  });
  await vi.waitFor(async () => expect(await producers()).toBe(0), { timeout: 10_000 });
  for (const each of [producer, admin]) await each.disconnect();
  connection.close();
});
