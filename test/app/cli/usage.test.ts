import { describe, expect, it } from 'vitest';
import { cli } from './cli-run.ts';

describe('wrong usage ends with 2 and says what is wrong', () => {
  it.each([
    [['topic', 'lst'], "unknown command 'lst'"],
    [['topic', 'create'], "missing required argument 'name'"],
    [['topic', 'create', 'a', '--partitions', '0'], 'It must be a whole number from 1'],
    [['topic', 'create', 'a', '--partitions', '1.5'], 'It must be a whole number'],
    [['topic', 'create', 'a', '--config', 'x'], '--config x: it must look like key=value'],
    [['topic', 'list', '-o', 'xml'], 'Allowed choices are table, json'],
    [['topic', 'list', '-b', 'a:b:c'], '--bootstrap-server a:b:c: it must look like HOST:PORT'],
    [['topic', 'list', '-b', 'host:0'], 'it must look like HOST:PORT'],
    [['topic', 'list', '--nope'], "unknown option '--nope'"],
    [['topic', 'alter-config', 'a'], 'nothing to alter'],
    [['topic', 'alter-config', 'a', '--set', 'k=v', '--unset', 'k'], 'both set and unset'],
    [['topic', 'produce', 'a', '-X', 'acks=2'], '-X acks=2: it must be all, 1 or 0'],
    [['topic', 'produce', 'a', '-X', 'linger.ms=2'], '-X linger.ms: there is acks'],
    [['topic', 'produce', 'a', '-z', 'brotli'], 'Allowed choices are none, gzip'],
    [['topic', 'produce', 'a', '-H', 'x'], '--header x: it must look like key=value'],
    [['topic', 'produce', 'a', '-K', ''], '--key-delimiter must not be empty'],
    [['topic', 'consume', 'a', '--from', 'noon'], '--from noon: it must be beginning, end'],
    [['topic', 'consume', 'a', '-c', '0'], 'It must be a whole number from 1'],
    [['topic', 'consume', 'a', '-f', '%x'], '"%x" means nothing'],
    [['topic', 'consume', 'a', '-f', '%s', '-o', 'json'], 'exclude each other'],
    [['topic', 'consume', 'a', '--group', 'g', '-p', '0'], 'exclude each other'],
    [['group', 'seek', 'g', '--to', 'end'], "required option '--topic"],
    [['group', 'seek', 'g', '--topic', 't'], 'give either --to POSITION or --shift-by NUMBER'],
    [['group', 'seek', 'g', '--topic', 't', '--to', '1', '--shift-by', '1'], 'give either'],
    [['group', 'seek', 'g', '--topic', 't:x', '--to', '1'], '--topic t:x: it must look like'],
    [['group', 'seek', 'g', '--topic', 't', '--shift-by', 'x'], 'it must be a whole number'],
    [['config', 'show', 'log.retention.mss'], 'did you mean log.retention.ms?'],
    [['storage', 'copy', '--from-dir', 'a', '--to-dir', 'b'], "required option '--to-engine"],
    [['storage', 'dump', 'a-0', '--max', '0'], 'It must be a whole number from 1'],
    [['completion', 'tcsh'], 'Allowed choices are zsh, bash, fish, powershell'],
  ])('%j', async (argv, message) => {
    const { code, out, err } = await cli(argv);
    expect(err).toContain(message);
    expect(err).toMatch(/^kawadb: /);
    expect(err).not.toMatch(/\n\s+at /);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('help', () => {
  it('names the commands', async () => {
    const { code, out } = await cli(['--help']);
    expect(code).toBe(0);
    for (const name of ['serve', 'topic', 'group', 'config', 'storage', 'completion']) {
      expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    }
  });

  it.each([['topic'], ['group'], ['config'], ['storage'], []])(
    'is what %j alone gives, with exit code 2',
    async (...argv) => {
      const { code, err } = await cli(argv);
      expect(code).toBe(2);
      expect(err).toContain('Usage: kawadb');
    },
  );

  it('prints the version', async () => {
    expect(await cli(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a broker that is not there', () => {
  it('is told in one line with exit code 1, and with the stack under KAWADB_DEBUG', async () => {
    const argv = ['topic', 'list', '-b', '127.0.0.1:1'];
    const { code, out, err } = await cli(argv);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^kawadb: cannot reach 127\.0\.0\.1:1: connection refused; .+\n$/);
    expect((await cli(argv, { env: { KAWADB_DEBUG: '1' } })).err).toMatch(/\n\s+at /);
  });

  it('can be named by the environment', async () => {
    const env = { KAWADB_BOOTSTRAP_SERVER: '127.0.0.1:2' };
    expect((await cli(['group', 'list'], { env })).err).toContain('127.0.0.1:2');
  });
});
