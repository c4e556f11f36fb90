import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const MODULE = new URL('../../../src/adapters/duckdb/thread-priority.ts', import.meta.url).href;
const THREAD = `
  const { readlinkSync } = require('node:fs');
  const { getPriority } = require('node:os');
  const { parentPort } = require('node:worker_threads');
  import(${JSON.stringify(MODULE)}).then(({ giveWayToOtherThreads }) => {
    const [processId, , threadId] = readlinkSync('/proc/thread-self').split('/').map(Number);
    const before = getPriority(threadId);
    giveWayToOtherThreads();
    parentPort.postMessage({ before, after: getPriority(threadId), process: getPriority(processId) });
  });
`;

test.skipIf(process.platform !== 'linux')('a thread gives way, and no other with it', async () => {
  const own = getPriority();
  const worker = new Worker(THREAD, { eval: true });
  const [seen] = await once(worker, 'message');
  expect(seen).toEqual({ before: own, after: Math.min(own + 5, 19), process: own });
  expect(getPriority()).toBe(own);
});
