import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './cli-run.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kawadb-cli-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function fileOf(text: string): Promise<string> {
  const file = join(directory, 'kawa.toml');
  await writeFile(file, text);
  return file;
}

describe('config check', () => {
  it('is content with a good file', async () => {
    const file = await fileOf('[network]\nbind_port = 9999\n');
    expect(await cli(['config', 'check', file])).toEqual({
      code: 0,
      out: `${file} is fine\n`,
      err: '',
    });
  });

  it('tells everything that is wrong, with lines, and ends with 78', async () => {
    const file = await fileOf('[network]\nbind_port = 99999\n[kafka]\n"log.retentoin.ms" = 5\n');
    const { code, out, err } = await cli(['config', 'check', file]);
    expect({ code, out }).toEqual({ code: 78, out: '' });
    const [first, second] = err.split('\n');
    expect(first).toContain(`kawadb: ${file}:2: network.bind_port = 99999: `);
    expect(second).toContain(`${file}:4: kafka.log.retentoin.ms: `);
    expect(second).toContain('did you mean log.retention.ms?');
    const asJson = await cli(['config', 'check', file, '-o', 'json']);
    expect(asJson).toMatchObject({ code: 78, err: '' });
    expect(JSON.parse(asJson.out)).toMatchObject({
      valid: false,
      problems: [{ key: 'network.bind_port' }, { nearest: 'log.retention.ms' }],
    });
  });

  it('ends with 78 for a file that is not there', async () => {
    expect(await cli(['config', 'check', '/nowhere.toml'])).toMatchObject({ code: 78 });
  });
});

describe('config show', () => {
  it('tells values and where they come from', async () => {
    const file = await fileOf('[kafka]\n"log.segment.bytes" = 2097152\n');
    const argv = [
      'config',
      'show',
      '--config',
      file,
      '--set',
      'log.retention.hours=2',
      '-o',
      'json',
    ];
    const { out } = await cli(
      [...argv, 'log.segment.bytes', 'log.retention.ms', 'num.partitions'],
      {
        env: { KAFKA_NUM_PARTITIONS: '7' },
      },
    );
    expect(JSON.parse(out)).toEqual([
      { name: 'log.segment.bytes', value: '2097152', source: `${file}:2` },
      { name: 'log.retention.ms', value: '7200000', source: '--set' },
      { name: 'num.partitions', value: '7', source: 'environment KAFKA_NUM_PARTITIONS' },
    ]);
  });

  it('ends with 78 when the configuration is wrong', async () => {
    expect(await cli(['config', 'show', '--set', 'num.partitions=none'])).toMatchObject({
      code: 78,
      out: '',
    });
  });
});
