import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/cli-run.ts';
import { brokerIn, fill, logOf, stateOf, temporaryFolder } from './filled-broker.ts';
import { fillCompacted, thin } from './thinned-log.ts';

async function verified(directory: string) {
  const { code, out } = await cli(['storage', 'verify', '--data-dir', directory, '-o', 'json']);
  return { code, ...(JSON.parse(out) as { findings: unknown[] }) };
}

const PAIRS = [
  ['segment', 'rocksdb'],
  ['rocksdb', 'leveldb'],
  ['leveldb', 'segment'],
  ['segment', 'segment'],
] as const;

describe.each(PAIRS)('logs with missing offsets in %s', (from, to) => {
  it(`are sound, and are dumped and copied to ${to}`, async () => {
    const source = await temporaryFolder();
    const broker = await brokerIn(source, from);
    await fill(broker);
    await fillCompacted(broker);
    // The first one starts within a batch.
    await thin(logOf(broker, 'orders', 0).stored);
    const expected = await stateOf(broker);
    await broker.close();
    expect(await verified(source)).toMatchObject({ code: 0, findings: [] });
    const dumped = ['compacted-0', '--data-dir', source, '-o', 'json'];
    const dump = await cli(['storage', 'dump', ...dumped]);
    expect(dump).toMatchObject({ code: 0, err: '' });
    expect(dump.out.trim().split('\n').length).toBeLessThan(30);

    const target = join(await temporaryFolder(), 'copy');
    const folders = ['--from-dir', source, '--to-dir', target, '--to-engine', to];
    const copied = await cli(['storage', 'copy', ...folders, '-o', 'json']);
    // A gap in a topic that is not compacted is told by the engine that has it, and not known in the copy.
    expect(copied).toMatchObject({ code: 0, err: '' });
    const findings = (await verified(target)).findings as { topic: string }[];
    expect(findings.filter(({ topic }) => topic !== 'orders')).toEqual([]);
    const again = await brokerIn(target, to);
    expect(await stateOf(again)).toEqual(expected);
    await again.close();
  });
});
