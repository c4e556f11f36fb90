import { describe, expect, it } from 'vitest';
import { flipByte, segmentFiles } from '../storage/damage.ts';
import { filledFolder, temporaryFolder } from '../storage/filled-broker.ts';
import { cli } from './cli-run.ts';

async function storage(text: string, directory: string) {
  return cli(['storage', ...text.split(' '), '--data-dir', directory]);
}

describe('storage verify', () => {
  it('tells how much it checked and ends with 0 when nothing is wrong', async () => {
    const directory = await filledFolder('segment');
    const { code, out, err } = await storage('verify', directory);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^\S+ \(segment, stopped cleanly\): 6 logs, \d+ batches, \d+ records, \S+ kB in \S+ s: nothing is wrong\n$/,
    );
    // The folder may be named by the configuration too.
    const env = { KAWADB_STORAGE__DATA_DIR: directory };
    expect(await cli(['storage', 'verify'], { env })).toMatchObject({ code: 0 });
  });

  it('lists what it finds and ends with 1', async () => {
    const directory = await filledFolder('segment');
    const [file = ''] = await segmentFiles(directory, 'orders', 1);
    await flipByte(file, 40);
    const { code, out } = await storage('verify', directory);
    expect(code).toBe(1);
    expect(out).toMatch(/^TOPIC +PARTITION +OFFSET +KIND +FILE +POSITION +FINDING\n/);
    expect(out).toMatch(
      /^orders +1 +0 +batch +orders-1\/0+\.log +0 +stored crc \d+, is \d+\n.*: 1 finding\n$/m,
    );
    const asJson = await storage('verify -o json', directory);
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.out)).toMatchObject({
      ...{ directory, engine: 'segment', clean: true, found: 1 },
      findings: [{ topic: 'orders', partition: 1, offset: 0, kind: 'batch', position: 0 }],
    });
  });

  it('says so where there is no data folder', async () => {
    const directory = await temporaryFolder();
    const { code, err } = await storage('verify', directory);
    expect(code).toBe(1);
    expect(err).toContain(`${directory} has no file kawadb-store, so it is no data folder`);
  });
});

describe('storage dump', () => {
  it('shows batches in a table', async () => {
    const directory = await filledFolder('segment');
    const { code, out, err } = await storage('dump orders-1 --from 6 --max 2', directory);
    const lines = out.split('\n');
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^FIRST +LAST +RECORDS +CRC +CODEC +EPOCH +PRODUCER +FLAGS/);
    expect(lines[1]).toMatch(/^ +6 +14 +9 +ok +none +0 +7\/0 6 to 14 +- +2023-11-14T22:13:20.008Z/);
    expect(lines[2]).toMatch(/^ +15 +16 +2 +ok /);
    expect(lines).toHaveLength(4);
    expect(err).toBe('');
    const short = await storage('dump orders-1 --max 1', directory);
    expect(short.err).toBe('there is more: --from 5 goes on\n');
  });

  it('shows records, as text and as JSON', async () => {
    const directory = await filledFolder('segment');
    const text = await storage('dump orders-0 --from 725 --max 1 --records', directory);
    expect(text.out).toMatch(/^batch 689 to \d+ {2}\d+ records {2}crc ok {2}(none|gzip|lz4|zstd)/);
    expect(text.out).toMatch(
      / {2}key "key 0" {2}value "value 0 of \d+" {2}headers "from"="test"\n/,
    );
    const json = await storage('dump orders-0 --from 725 --max 1 --records -o json', directory);
    const [line = ''] = json.out.split('\n');
    expect(JSON.parse(line).records[0]).toMatchObject({
      key: 'key 0',
      headers: [{ key: 'from', value: 'test' }],
    });
  });

  it("tells what the records of the broker's own topics say", async () => {
    const directory = await filledFolder('segment');
    const metadata = await storage('dump __cluster_metadata-0 --records', directory);
    expect(metadata.out).toContain('TopicRecord  {"name":"orders","topicId":"');
    expect(metadata.out).toContain('RemoveTopicRecord  {"topicId":"');
    const offsets = [];
    for (const partition of [0, 1, 2, 3]) {
      const { out } = await storage(`dump __consumer_offsets-${partition} --records`, directory);
      offsets.push(out);
    }
    expect(offsets.join('')).toMatch(
      /OffsetCommit {2}\{"group":"billing","topic":"orders","partition":0\} {2}\{"offset":11,/,
    );
  });

  it('shows damage and ends with 1', async () => {
    const directory = await filledFolder('segment');
    const [file = ''] = await segmentFiles(directory, 'orders', 1);
    await flipByte(file, 40);
    const { code, out } = await storage('dump orders-1 --records', directory);
    expect(code).toBe(1);
    expect(out).toMatch(/^batch 0 to 4 {2}5 records {2}stored crc \d+, is \d+ /);
    expect(out).toContain('batch 5 to 5  1 records  crc ok');
  });

  it('wants a log that is there', async () => {
    const directory = await filledFolder('segment');
    expect(await storage('dump orders', directory)).toMatchObject({ code: 2 });
    const { code, err } = await storage('dump orders-9', directory);
    expect({ code, err }).toEqual({
      code: 1,
      err: `kawadb: there is no log orders-9 in ${directory}\n`,
    });
  });
});
