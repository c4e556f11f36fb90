import { batchOf } from '../coordinators/batches.mjs';
import { createTopic, WireClient } from '../coordinators/wire-client.mjs';

const EVERY_MS = 2;
const SECONDS = 4;

/** The 99th percentile, in ms, of produce requests with a record of 200 bytes, 500 a second, while `work` is done over and over. */
export async function produceP99Ms(port, topic, work) {
  const client = await WireClient.open(port);
  try {
    await createTopic(client, topic, 1);
    await produceFor(client, topic, 0.5);
    let running = true;
    const working = (async () => {
      while (running && work !== undefined) await work();
    })();
    const tookMs = await produceFor(client, topic, SECONDS);
    running = false;
    await working;
    const sorted = tookMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)];
  } finally {
    client.close();
  }
}

/** A request is due at its time whether the one before it is answered or not, and it is measured from then on. */
async function produceFor(client, topic, seconds) {
  const records = batchOf(1, 200);
  const startMs = performance.now();
  const tookMs = [];
  const asked = [];
  for (let n = 0; n < (seconds * 1000) / EVERY_MS; n++) {
    const dueMs = startMs + n * EVERY_MS;
    while (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, 1));
    const askedMs = performance.now();
    asked.push(
      produce(client, topic, records).then(() => tookMs.push(performance.now() - askedMs)),
    );
  }
  await Promise.all(asked);
  return tookMs;
}

async function produce(client, topic, records) {
  const { responses } = await client.ask('Produce', 9, {
    ...{ transactionalId: null, acks: -1, timeoutMs: 30_000 },
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  });
  const { errorCode } = responses[0].partitionResponses[0];
  if (errorCode !== 0) throw new Error(`produce: error ${errorCode}`);
}
