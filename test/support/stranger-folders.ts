import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StrangerFolder } from '../../src/testing/log-store-contract.ts';

/** Folders whose `kawadb-store` says that another engine, or another version of this one, made them. */
export function strangersOf(engine: string): readonly StrangerFolder[] {
  const holding = (format: object) => (directory: string) =>
    writeFile(join(directory, 'kawadb-store'), JSON.stringify(format));
  return [
    {
      what: 'another engine',
      make: holding({ engine: 'other', version: 1 }),
      says: /storage engine other, version 1/,
    },
    {
      what: 'a version of its own that is not known',
      make: holding({ engine, version: 999 }),
      says: /version 999/,
    },
    {
      what: 'nobody knows whom',
      make: (directory) => writeFile(join(directory, 'kawadb-store'), 'not JSON'),
      says: /unknown/,
    },
  ];
}
