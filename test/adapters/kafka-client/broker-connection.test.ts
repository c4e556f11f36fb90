import { afterEach, describe, expect, it } from 'vitest';
import { BrokerConnection } from '../../../src/adapters/kafka-client/broker-connection.ts';
import { ApiVersionsApi } from '../../../src/domain/protocol/messages/api-versions.ts';
import { ListGroupsApi } from '../../../src/domain/protocol/messages/list-groups.ts';
import { type Asked, answerWith, FakeBroker, offering } from './fake-broker.ts';

const OPTIONS = {
  clientId: 'test',
  connectTimeoutMs: 1_000,
  requestTimeoutMs: 200,
  maxResponseBytes: 10_000,
};
const LIST_GROUPS = [16, 0, 4] as const;

let broker: FakeBroker | undefined;
afterEach(() => broker?.close());

async function connectionTo(answer: (asked: Asked) => void): Promise<BrokerConnection> {
  broker = await FakeBroker.start(offering([LIST_GROUPS], answer));
  return BrokerConnection.open({ host: '127.0.0.1', port: broker.port }, OPTIONS);
}

function groups(asked: Asked, groupId: string): void {
  const group = { groupId, protocolType: 'consumer', groupState: 'Empty' };
  answerWith(ListGroupsApi, asked, { errorCode: 0, groups: [group] });
}

describe('a connection', () => {
  it('takes the highest version both speak', async () => {
    const connection = await connectionTo((asked) => groups(asked, 'g'));
    const answer = await connection.send(ListGroupsApi, {});
    expect(answer.groups).toMatchObject([{ groupId: 'g', groupState: 'Empty' }]);
    expect(broker?.asked.at(-1)?.version).toBe(4);
    await connection.send(ListGroupsApi, {}, { maxVersion: 2 });
    expect(broker?.asked.at(-1)?.version).toBe(2);
    connection.close();
  });

  it('asks a broker that is too old for the question in version 0', async () => {
    broker = await FakeBroker.start((asked) => {
      const apiKeys = [{ apiKey: 16, minVersion: 0, maxVersion: 1 }];
      const known = asked.version === 0;
      const answer = { errorCode: known ? 0 : 35, apiKeys: known ? apiKeys : [] };
      if (asked.key === ApiVersionsApi.key)
        answerWith(ApiVersionsApi, { ...asked, version: 0 }, answer);
      else groups(asked, 'old');
    });
    const connection = await BrokerConnection.open(
      { host: '127.0.0.1', port: broker.port },
      OPTIONS,
    );
    expect((await connection.send(ListGroupsApi, {})).groups).toHaveLength(1);
    expect(broker.asked.map(({ version }) => version)).toEqual([3, 0, 1]);
    connection.close();
  });

  it('finds each answer by its number, in whatever order they come', async () => {
    const held: Asked[] = [];
    const connection = await connectionTo((asked) => {
      held.push(asked);
      if (held.length < 3) return;
      for (const each of held.reverse()) groups(each, `for ${each.correlationId}`);
    });
    const answers = await Promise.all([1, 2, 3].map(() => connection.send(ListGroupsApi, {})));
    expect(answers.map(({ groups: [group] }) => group?.groupId)).toEqual([
      'for 2',
      'for 3',
      'for 4',
    ]);
    connection.close();
  });

  it.each([
    ['silence', () => undefined, 'no answer to ListGroups within 200 ms'],
    ['a hangup', ({ socket }: Asked) => void socket.destroy(), 'the broker closed the connection'],
    [
      'an endless answer',
      ({ socket }: Asked) => void socket.write(Buffer.from('7fffffff', 'hex')),
      'the limit is 10000',
    ],
    [
      'a negative length',
      ({ socket }: Asked) => void socket.write(Buffer.from('ffffffff', 'hex')),
      'an answer of -1 bytes',
    ],
    [
      'what nobody asked',
      (asked: Asked) => groups({ ...asked, correlationId: 77 }, 'g'),
      'correlation id 77',
    ],
  ])('fails with %s, and so do all requests under way', async (_name, answer, message) => {
    const connection = await connectionTo(answer);
    const results = await Promise.allSettled([
      connection.send(ListGroupsApi, {}),
      connection.send(ListGroupsApi, {}),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'ConnectionError' } });
      expect(String((result as PromiseRejectedResult).reason)).toContain(message);
    }
    expect(connection.closed).toBe(true);
    await expect(connection.send(ListGroupsApi, {})).rejects.toThrow(message);
  });

  it('fails with a cut answer only that request', async () => {
    const connection = await connectionTo(({ socket, correlationId }) => {
      const frame = Buffer.alloc(9);
      frame.writeInt32BE(5);
      frame.writeInt32BE(correlationId, 4);
      socket.write(frame);
    });
    await expect(connection.send(ListGroupsApi, {})).rejects.toMatchObject({
      name: 'ProtocolError',
    });
    connection.close();
  });

  it('says so when the broker does not offer what is asked', async () => {
    const connection = await connectionTo(() => undefined);
    await expect(connection.send({ ...ListGroupsApi, key: 99 }, {})).rejects.toMatchObject({
      errorName: 'UNSUPPORTED_VERSION',
    });
    connection.close();
  });
});
