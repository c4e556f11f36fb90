import { configureGlobal, readConfigureGlobal } from 'fast-check';

/**
 * Properties take other examples in each run, but for continuous integration: what it proves has to be the same for the same
 * commit. `KAWADB_PROPERTY_SEED` repeats a run whose seed a failure has told.
 */
const { CI, KAWADB_PROPERTY_SEED } = process.env;
const seed = KAWADB_PROPERTY_SEED ?? (CI ? '20260101' : undefined);
if (seed !== undefined) configureGlobal({ ...readConfigureGlobal(), seed: Number(seed) });
