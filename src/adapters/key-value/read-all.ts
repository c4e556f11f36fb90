import type {
  KeyRange,
  KeyValueDatabase,
  KeyValueEntries,
} from '../../ports/key-value-database.ts';

const PAGE = 1000;

/** All entries of a range, a bounded number at a time. */
export async function* readAll(
  database: KeyValueDatabase,
  range: KeyRange,
): AsyncGenerator<KeyValueEntries[number]> {
  for (let gte = range.gte; ; ) {
    const page = await database.read({ gte, lt: range.lt, values: true, limit: PAGE });
    yield* page;
    const last = page.at(-1)?.[0];
    if (last === undefined || page.length < PAGE) return;
    gte = after(last);
  }
}

/** The first key that comes after another one. */
export function after(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
