import { cp, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { LogStore } from '../../ports/log-store.ts';
import { expectBatches, type LogStoreSubject, readAll, StoreBench } from './store-bench.ts';

async function refusalOf(store: LogStore): Promise<KafkaError> {
  try {
    await store.open();
  } catch (error) {
    if (error instanceof KafkaError) return error;
    throw error;
  }
  throw new Error('the store was opened');
}

/** Folders a store must leave alone, and say why. */
export function folderTests(subject: LogStoreSubject): void {
  describe.skipIf(!subject.capabilities.durable)('a folder', () => {
    it('of a running store is refused by name', async () => {
      const bench = await StoreBench.open(subject);
      const { batches } = await bench.filled(3);
      for (let attempt = 0; attempt < 2; attempt++) {
        const { errorName, message } = await refusalOf(bench.another());
        expect(errorName).toBe('KAFKA_STORAGE_ERROR');
        expect(message).toContain(bench.directory);
        expect(message).toMatch(/in use/);
      }
      expectBatches(await readAll((await bench.reopen())!), batches);
    });

    for (const { what, make, says } of subject.strangers ?? []) {
      it(`of ${what} is refused, and left as it is`, async () => {
        const bench = StoreBench.unopened(subject);
        await make(bench.directory);
        const before = await contentOf(bench.directory);
        const { errorName, message } = await refusalOf(bench.store);
        expect(errorName).toBe('KAFKA_STORAGE_ERROR');
        expect(message).toContain(bench.directory);
        expect(message).toMatch(says);
        expect(await contentOf(bench.directory)).toEqual(expect.arrayContaining(before));
      });
    }

    it('that was copied while it was closed is another store of its own', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(3);
      await bench.store.close();
      const copy = StoreBench.unopened(subject);
      await cp(bench.directory, copy.directory, { recursive: true });
      await bench.reopen();
      const [found] = await copy.store.open();
      expect(found!.log.id).toEqual(log.id);
      expectBatches(await readAll(found!.log), batches);
      expectBatches(await readAll(bench.recoveredLog(log.id)!), batches);
    });
  });
}

async function contentOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true });
  return entries.filter((name) => !name.includes('lock'));
}
