// How long a classic group of 200 members takes to come together, and to take one more in: the median of some groups. Members hear
// of it with their next heartbeat, so neither broker can be much faster than HEARTBEAT_MS.
import { pause, untilDone, WireClient } from './wire-client.mjs';

const MEMBERS = 200;
const HEARTBEAT_MS = 50;
const MEMBER_ID_REQUIRED = 79;
const METADATA = new Uint8Array([0, 1, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0]);

const ROUNDS = 9;

export async function rebalances({ port, name, broker }) {
  const rounds = [];
  const cpuBefore = broker.cpuSeconds();
  for (let round = 0; round < ROUNDS; round++)
    rounds.push(await rebalance(port, `${name}-${round}`));
  const cpuMs = ((broker.cpuSeconds() - cpuBefore) * 1000) / ROUNDS;
  const median = (figure) => rounds.map((each) => each[figure]).sort((a, b) => a - b)[ROUNDS >> 1];
  return {
    'form ms': median('formMs'),
    'one more ms': median('oneMoreMs'),
    'CPU ms of both': Math.round(cpuMs),
  };
}

async function rebalance(port, name) {
  const members = await Promise.all(
    Array.from({ length: MEMBERS + 1 }, (_, index) => open(port, name, index)),
  );
  await untilDone(
    () => members[0].client.ask('FindCoordinator', 4, { keyType: 0, coordinatorKeys: [name] }),
    ({ coordinators }) => coordinators[0].errorCode,
  );
  const last = members.pop();
  const startedAt = performance.now();
  const living = members.map((member) => live(member));
  await together(members, MEMBERS);
  const formedAt = performance.now();
  members.push(last);
  living.push(live(last));
  await together(members, MEMBERS + 1);
  const grownAt = performance.now();
  for (const member of members) member.stopped = true;
  await Promise.all(living);
  for (const { client } of members) client.close();
  return {
    formMs: Math.round(formedAt - startedAt),
    oneMoreMs: Math.round(grownAt - formedAt),
  };
}

async function open(port, groupId, index) {
  const client = await WireClient.open(port, `member-${index}`);
  return { client, groupId, memberId: '', generationId: -1, size: 0, stopped: false };
}

/** All have the same generation, which has this many members. */
async function together(members, size) {
  for (;;) {
    const [{ generationId }] = members;
    const same = members.every((one) => one.generationId === generationId && one.settled);
    if (same && generationId > 0 && Math.max(...members.map((one) => one.size)) === size) return;
    await pause(1);
  }
}

async function live(member) {
  while (!member.stopped) {
    await join(member);
    if (!(await sync(member))) continue;
    member.settled = true;
    while (!member.stopped) {
      await pause(HEARTBEAT_MS);
      const { client, groupId, memberId, generationId } = member;
      const beat = await client.ask('Heartbeat', 4, {
        ...{ groupId, memberId, generationId, groupInstanceId: null },
      });
      if (beat.errorCode !== 0) break;
    }
    member.settled = false;
  }
}

async function join(member) {
  const { client, groupId } = member;
  for (;;) {
    const answer = await client.ask('JoinGroup', 9, {
      ...{ groupId, sessionTimeoutMs: 45_000, rebalanceTimeoutMs: 60_000 },
      ...{ memberId: member.memberId, groupInstanceId: null, protocolType: 'consumer' },
      ...{ protocols: [{ name: 'range', metadata: METADATA }], reason: null },
    });
    member.memberId = answer.memberId || member.memberId;
    if (answer.errorCode === 0) {
      member.generationId = answer.generationId;
      member.size = answer.members.length;
      member.others = answer.members;
      return;
    }
    if (answer.errorCode !== MEMBER_ID_REQUIRED) await pause(5);
  }
}

async function sync(member) {
  const { client, groupId, memberId, generationId, others } = member;
  const answer = await client.ask('SyncGroup', 5, {
    ...{ groupId, memberId, generationId, groupInstanceId: null },
    ...{ protocolType: 'consumer', protocolName: 'range' },
    assignments: others.map(({ memberId: id }) => ({ memberId: id, assignment: METADATA })),
  });
  return answer.errorCode === 0;
}
