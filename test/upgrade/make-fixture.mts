// Makes the data folder of an engine in its format of today, and writes down what clients see of it:
// node test/upgrade/make-fixture.mts ENGINE. Folders of earlier formats stay: they must open for ever.
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchOf } from '../app/log/log-fixture.ts';
import { brokerIn, fill, produce } from '../app/storage/filled-broker.ts';
import { fillCompacted } from '../app/storage/thinned-log.ts';
import { folderState, SETTINGS } from './folder-state.ts';

const [engine] = process.argv.slice(2);
if (engine === undefined) throw new Error('which engine?');
const folders = fileURLToPath(new URL('folders', import.meta.url));
await mkdir(folders, { recursive: true });
const made = await mkdtemp(join(folders, 'new-'));
const data = join(made, 'data');
const first = await brokerIn(data, engine, SETTINGS);
await fill(first, { 'retention.ms': '-1' });
await fillCompacted(first);
await first.close();
// So that a database has tables too and not its write-ahead file alone.
const broker = await brokerIn(data, engine, SETTINGS);
await produce(broker, 'orders', 0, batchOf(3));
const state = await folderState(broker);
await broker.close();
for (const name of await readdir(data, { recursive: true })) {
  if (/\/LOG(\.old.*)?$/.test(name)) await rm(join(data, name));
}
await writeFile(join(made, 'state.json'), `${JSON.stringify(state, null, 1)}\n`);
const { version } = JSON.parse(await readFile(join(data, 'kawadb-store'), 'utf8'));
const folder = join(folders, `${engine}-${version}`);
await rm(folder, { recursive: true, force: true });
await rename(made, folder);
process.stdout.write(`${folder}\n`);
