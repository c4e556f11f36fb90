import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  readBaseOffset,
  readLastOffset,
  viewOf,
} from '../../../src/domain/record/record-batch-header.ts';
import { readAll } from '../../../src/testing/log-store/store-bench.ts';
import { DATABASES, storeIn, temporaryDirectory } from './key-value-fixture.ts';

const PROGRAM = join(import.meta.dirname, 'appending-process.ts');

/** Lets a process append and kills it; gives the offsets it acknowledged. */
async function killedWhileAppending(
  directory: string,
  engine: string,
  afterLines: number,
): Promise<bigint[]> {
  const child = spawn(process.execPath, [PROGRAM, directory, engine], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.split('\n').length > afterLines) child.kill('SIGKILL');
  }
  return output.split('\n').slice(0, -1).map(BigInt);
}

describe.each(Object.keys(DATABASES))(
  'a process that is killed while it appends (%s)',
  (engine) => {
    it.each([1, 300, 1500])(
      'keeps all it acknowledged (%s)',
      { timeout: 60_000 },
      async (lines) => {
        const directory = await temporaryDirectory();
        const acknowledged = await killedWhileAppending(directory, engine, lines);
        expect(acknowledged.length).toBeGreaterThanOrEqual(lines);
        const store = storeIn(directory, engine);
        const recovered = await store.open();
        expect(recovered).toHaveLength(2);
        for (const { log, clean } of recovered) {
          expect(clean).toBe(false);
          for (const offset of acknowledged) expect(offset).toBeLessThan(log.endOffset);
          let next = 0n;
          for (const batch of await readAll(log)) {
            expect(readBaseOffset(viewOf(batch), 0)).toBe(next);
            next = readLastOffset(viewOf(batch), 0) + 1n;
          }
          expect(next).toBe(log.endOffset);
        }
        // One write for both logs: neither has a batch that the other has not.
        expect(recovered[0]!.log.endOffset).toBe(recovered[1]!.log.endOffset);
        await store.close();
      },
    );
  },
);
