import { describe, expect, it } from 'vitest';
import { AppendOutcome } from '../../../src/adapters/segment/append-outcome.ts';
import { RoundSync, SyncRounds } from '../../../src/adapters/segment/sync-rounds.ts';

/** Syncs that end when the test says so. */
class HeldSyncs {
  readonly begun: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];

  readonly sync = (): Promise<void> => {
    return new Promise((end, fail) => this.begun.push({ end, fail }));
  };

  async nth(place: number) {
    while (this.begun[place] === undefined) await new Promise(setImmediate);
    return this.begun[place];
  }
}

describe('a sync in rounds', () => {
  it('is one for all who ask before it begins, and another one for those who ask later', async () => {
    const syncs = new HeldSyncs();
    const log = new RoundSync(new SyncRounds(), syncs);
    const first = [log.request(), log.request()];
    const running = await syncs.nth(0);
    const later = log.request();
    expect(later).not.toBe(first[0]);
    running.end();
    await Promise.all(first);
    expect(log.isIdle).toBe(false);
    (await syncs.nth(1)).end();
    await later;
    expect(syncs.begun).toHaveLength(2);
    expect(log.isIdle).toBe(true);
    expect(log.running).toBeUndefined();
  });

  it('that fails is told to those who wait for it, and to nobody else', async () => {
    const rounds = new SyncRounds();
    const [bad, good] = [new HeldSyncs(), new HeldSyncs()];
    const failing = new RoundSync(rounds, bad);
    const other = new RoundSync(rounds, good);
    const asked = failing.request();
    const beside = other.request();
    (await bad.nth(0)).fail(new Error('the device failed'));
    await expect(asked).rejects.toThrow('the device failed');
    const next = failing.request();
    (await good.nth(0)).end();
    await beside;
    (await bad.nth(1)).end();
    await next;
  });

  it('tells its work what became of it, without anybody who waits', async () => {
    const told: unknown[] = [];
    const outcomes = [() => Promise.resolve(), () => Promise.reject(new Error('full'))];
    const log = new RoundSync(new SyncRounds(), {
      sync: () => outcomes.shift()!(),
      synced: () => told.push('synced'),
      failed: (error) => told.push((error as Error).message),
    });
    log.join();
    await log.running;
    log.join();
    await expect(log.running).rejects.toThrow('full');
    expect(told).toEqual(['synced', 'full']);
  });
});

describe('the outcome of an append', () => {
  it('is there at once where nothing has to be synced', async () => {
    await new AppendOutcome().settled();
    const refused = new AppendOutcome();
    refused.refuse(new Error('the log was deleted'));
    await expect(refused.settled()).rejects.toThrow('the log was deleted');
  });

  it('waits for all logs and tells the first failure', async () => {
    const outcome = new AppendOutcome();
    for (let log = 0; log < 3; log++) outcome.wait();
    outcome.refuse(new Error('the first'));
    let isSettled = false;
    const settled = outcome.settled().finally(() => {
      isSettled = true;
    });
    const failed = expect(settled).rejects.toThrow('the first');
    outcome.synced();
    outcome.failed(new Error('the second'));
    await new Promise(setImmediate);
    expect(isSettled).toBe(false);
    outcome.synced();
    await failed;
  });
});
