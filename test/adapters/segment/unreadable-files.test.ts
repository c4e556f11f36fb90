import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/adapters/data-folder/file-system.ts';
import { batchOf, ORDERS } from '../../app/log/log-fixture.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { filesWith, systemError } from './faulty-files.ts';
import { at, CONFIG, entryOf, everything, storeIn, temporaryDirectory } from './segment-fixture.ts';

describe('a device that refuses reads', () => {
  it('is told to the reader and once to the log, and is read again when it gives', async () => {
    let failing = false;
    const check = (): void => {
      if (failing) throw systemError('EIO');
    };
    const files = filesWith({
      readSync: (...call) => {
        check();
        return nodeFileSystem.readSync(...call);
      },
      read: async (...call) => {
        check();
        return nodeFileSystem.read(...call);
      },
    });
    const logger = new RecordingLogger();
    const store = storeIn(await temporaryDirectory(), { files, logger });
    await store.open();
    const log = await store.create(ORDERS, CONFIG);
    const batches = [0n, 5n].map((baseOffset) => at(batchOf(5), baseOffset));
    await store.append(
      batches.map((batch) => entryOf(log, batch)),
      'synced',
    );
    failing = true;
    const refusal = {
      errorName: 'KAFKA_STORAGE_ERROR',
      message: 'orders-0 cannot be read: EIO: made by a test',
    };
    for (let i = 0; i < 3; i++) {
      await expect(everything(log)).rejects.toMatchObject(refusal);
      await expect(log.findByTimestamp(0n)).rejects.toMatchObject(refusal);
    }
    expect(logger.errors).toMatchObject([{ topic: 'orders', partition: 0 }]);
    failing = false;
    expect(Buffer.compare(await everything(log), Buffer.concat(batches))).toBe(0);
    expect(await log.findByTimestamp(0n)).toMatchObject({ baseOffset: 0n });
  });
});
