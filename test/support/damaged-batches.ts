import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyValueDatabase } from '../../src/ports/key-value-database.ts';

const RECORDS_AT = 61;
const EVERYTHING = { gte: new Uint8Array(0), lt: new Uint8Array(64).fill(0xff) };

/** Wherever a file has the batch. */
export async function damageInFiles(directory: string, batch: Uint8Array): Promise<void> {
  let found = 0;
  for (const name of await readdir(directory, { recursive: true })) {
    if (!name.endsWith('.log')) continue;
    const path = join(directory, name);
    const bytes = await readFile(path);
    const at = bytes.indexOf(batch);
    if (at < 0) continue;
    bytes[at + RECORDS_AT]! ^= 1;
    await writeFile(path, bytes);
    found += 1;
  }
  if (found === 0) throw new Error('no file has the batch');
}

/** The database itself knows no better: its checksums are right. */
export async function damageInDatabase(
  database: KeyValueDatabase,
  batch: Uint8Array,
): Promise<void> {
  await database.open();
  try {
    const query = { ...EVERYTHING, values: true, limit: 10_000 };
    const entry = (await database.read(query)).find(
      ([, value]) => Buffer.compare(value, batch) === 0,
    );
    if (entry === undefined) throw new Error('the database does not have the batch');
    const value = new Uint8Array(entry[1]);
    value[RECORDS_AT]! ^= 1;
    await database.write([{ type: 'put', key: entry[0], value }]);
  } finally {
    await database.close();
  }
}
