// Heartbeats of 10,000 members of consumer groups (KIP-848): 100 groups of 100 members that read one topic.
import { createTopic, untilDone, WireClient } from './wire-client.mjs';

const GROUPS = 100;
const MEMBERS = 100;
const CONNECTIONS = 20;
const IN_FLIGHT = 20;

export async function heartbeats({ port, load, name }) {
  const admin = await WireClient.open(port);
  await createTopic(admin, name, MEMBERS);
  admin.close();
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, index) => WireClient.open(port, `hb-${index}`)),
  );
  const members = [];
  for (let group = 0; group < GROUPS; group++) {
    for (let index = 0; index < MEMBERS; index++) {
      members.push({ groupId: `${name}-${group}`, memberId: uuidOf(group * MEMBERS + index) });
    }
  }
  const lanes = clients.map((client, at) => ({
    client,
    members: members.filter((_, index) => index % CONNECTIONS === at),
  }));
  await Promise.all(
    lanes.map(async ({ client, members: own }) => {
      for (const member of own) await join(client, member, name);
    }),
  );
  // Everybody gets what is meant for him, and says so.
  for (let round = 0; round < 5; round++) await Promise.all(lanes.map((lane) => settle(lane)));
  const counted = await load(async (running) => {
    const counts = await Promise.all(
      lanes.flatMap((lane) =>
        Array.from({ length: IN_FLIGHT }, (_, first) => beatOn(lane, first, running)),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  });
  for (const client of clients) client.close();
  return { ...counted, unit: 'heartbeats' };
}

async function join(client, member, topic) {
  const answer = await untilDone(
    () =>
      client.ask('ConsumerGroupHeartbeat', 1, {
        ...beat(member, 0),
        ...{ rebalanceTimeoutMs: 300_000, subscribedTopicNames: [topic], topicPartitions: [] },
      }),
    ({ errorCode }) => errorCode,
  );
  member.epoch = answer.memberEpoch;
  member.owned = answer.assignment?.topicPartitions ?? [];
}

async function settle({ client, members }) {
  for (const member of members) {
    const answer = await client.ask('ConsumerGroupHeartbeat', 1, {
      ...beat(member, member.epoch),
      topicPartitions: member.owned,
    });
    if (answer.errorCode !== 0) throw new Error(`heartbeat: ${answer.errorCode}`);
    member.epoch = answer.memberEpoch;
    if (answer.assignment) member.owned = answer.assignment.topicPartitions;
  }
}

async function beatOn({ client, members }, first, running) {
  let count = 0;
  for (let at = first; running(); at += IN_FLIGHT) {
    const member = members[at % members.length];
    const answer = await client.ask('ConsumerGroupHeartbeat', 1, beat(member, member.epoch));
    if (answer.errorCode !== 0) throw new Error(`heartbeat: ${answer.errorCode}`);
    member.epoch = answer.memberEpoch;
    count += 1;
  }
  return count;
}

function beat({ groupId, memberId }, memberEpoch) {
  return {
    ...{ groupId, memberId, memberEpoch, instanceId: null, rackId: null },
    ...{ rebalanceTimeoutMs: -1, subscribedTopicNames: null, subscribedTopicRegex: null },
    ...{ serverAssignor: null, topicPartitions: null },
  };
}

function uuidOf(number) {
  const bytes = Buffer.alloc(16, 7);
  bytes.writeUInt32BE(number, 12);
  return bytes.toString('base64url');
}
