import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { batchOf, ORDERS } from '../../app/log/log-fixture.ts';
import { at, CONFIG, entryOf, storeIn, temporaryDirectory } from './segment-fixture.ts';

const TOOL = join(import.meta.dirname, '../../../../shared/peers/kafka/kafka-tool');
const CACHE = join(
  process.env.KAWADB_PEERS_CACHE ?? join(homedir(), '.cache/kawadb-peers'),
  'kafka',
);

function missing(): string | undefined {
  if (!existsSync(TOOL)) return 'there is no Kafka beside this repository (../shared/peers)';
  const isInstalled =
    existsSync(CACHE) && readdirSync(CACHE).some((name) => name.startsWith('tools-'));
  return isInstalled ? undefined : 'Kafka is not installed (../shared/peers/README.md)';
}

async function dumpLog(...args: readonly string[]): Promise<string> {
  const run = promisify(execFile)(TOOL, ['dump-log', ...args], { maxBuffer: 64 << 20 });
  const { stdout, stderr } = await run;
  return `${stdout}${stderr}`;
}

/** That -1 is followed by the first offset it says of every segment but the one at 0. */
function complaintsIn(output: string): string[] {
  const complaint =
    /^ +\d+ is followed by|mismatch|invalid bytes|out of order|not found|exception|error/i;
  return output.split('\n').filter((line) => complaint.test(line));
}

const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Two segments of batches of all kinds; gives the folder. */
async function writeLog(directory: string): Promise<number> {
  const store = storeIn(directory);
  await store.open();
  const log = await store.create(ORDERS, {
    ...CONFIG,
    segmentBytes: 6000,
    indexIntervalBytes: 500,
  });
  let offset = 0n;
  let count = 0;
  for (let round = 0; round < 30; round++) {
    const compression = COMPRESSIONS[round % COMPRESSIONS.length]!;
    const producer =
      round % 2 === 0 ? {} : { producerId: 7n, producerEpoch: 1, baseSequence: (round >> 1) * 40 };
    const batch = batchOf(40, { compression, ...producer });
    await store.append([entryOf(log, at(batch, offset))], 'synced');
    offset += 40n;
    count += 1;
  }
  await store.close();
  return count;
}

const reason = missing();

describe.skipIf(reason !== undefined)(
  `Kafka's DumpLogSegments${reason ? `: ${reason}` : ''}`,
  () => {
    it('reads every batch and finds the indexes valid', { timeout: 120_000 }, async () => {
      const directory = await temporaryDirectory();
      const batches = await writeLog(directory);
      const folder = join(directory, 'orders-0');
      const files = (extension: string): string =>
        readdirSync(folder)
          .filter((name) => name.endsWith(extension))
          .map((name) => join(folder, name))
          .join(',');
      expect(files('.log').split(',').length).toBeGreaterThan(1);

      const logs = await dumpLog('--files', files('.log'), '--deep-iteration');
      expect(logs.match(/^baseOffset: .* isvalid: true$/gm)).toHaveLength(batches);
      expect(logs).not.toContain('isvalid: false');
      expect(logs.match(/^\| offset: /gm)).toHaveLength(batches * 40);
      expect(complaintsIn(logs)).toEqual([]);
      expect(logs).toContain('producerId: 7 producerEpoch: 1');

      const indexes = `${files('.index')},${files('.timeindex')}`;
      const entries = await dumpLog('--files', indexes);
      expect(entries.match(/^offset: \d+ position: \d+$/gm)!.length).toBeGreaterThan(10);
      expect(entries.match(/^timestamp: \d+ offset: \d+$/gm)!.length).toBeGreaterThan(0);
      expect(complaintsIn(entries)).toEqual([]);
      const sanity = await dumpLog('--files', indexes, '--index-sanity-check');
      expect(sanity.match(/passed sanity check/g)).toHaveLength(indexes.split(',').length);
    });
  },
);
