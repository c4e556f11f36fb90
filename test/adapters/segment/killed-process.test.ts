import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';
import { everything, storeIn, temporaryDirectory } from './segment-fixture.ts';

const PROGRAM = join(import.meta.dirname, 'appending-process.ts');

/** Lets a process append and kills it; gives the offsets it acknowledged. */
async function killedWhileAppending(directory: string, afterLines: number): Promise<bigint[]> {
  const child = spawn(process.execPath, [PROGRAM, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.split('\n').length > afterLines) child.kill('SIGKILL');
  }
  // Its output ends before it does.
  await exited;
  return output.split('\n').slice(0, -1).map(BigInt);
}

describe('a process that is killed while it appends', () => {
  it.each([1, 300, 1500])('keeps all it acknowledged (%s)', { timeout: 60_000 }, async (lines) => {
    const directory = await temporaryDirectory();
    const acknowledged = await killedWhileAppending(directory, lines);
    expect(acknowledged.length).toBeGreaterThanOrEqual(lines);
    // Its lock is still there, but it is not.
    expect(existsSync(join(directory, '.lock.1'))).toBe(true);
    const recovered = await storeIn(directory).open();
    expect(recovered).toHaveLength(2);
    for (const { log, clean } of recovered) {
      expect(clean).toBe(false);
      for (const offset of acknowledged) expect(offset).toBeLessThan(log.endOffset);
      let next = 0n;
      for (const { bytes } of batchesOf(await everything(log))) {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        expect(view.getBigInt64(0)).toBe(next);
        next += BigInt(view.getInt32(23) + 1);
      }
      expect(next).toBe(log.endOffset);
    }
  });
});
