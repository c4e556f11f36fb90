import { describe } from 'vitest';
import { appendTests } from './log-store/append-tests.ts';
import { concurrencyTests } from './log-store/concurrency-tests.ts';
import { damageTests } from './log-store/damage-tests.ts';
import { dropTests } from './log-store/drop-tests.ts';
import { folderTests } from './log-store/folder-tests.ts';
import { lifecycleTests } from './log-store/lifecycle-tests.ts';
import { modelTests } from './log-store/model-tests.ts';
import { readTests } from './log-store/read-tests.ts';
import { readerTests } from './log-store/reader-tests.ts';
import { reopenTests } from './log-store/reopen-tests.ts';
import { replaceTests } from './log-store/replace-tests.ts';
import { scenarioTests } from './log-store/scenario-tests.ts';
import { snapshotTests } from './log-store/snapshot-tests.ts';
import { stopTests } from './log-store/stop-tests.ts';
import type { LogStoreSubject } from './log-store/store-bench.ts';
import { timeTests } from './log-store/time-tests.ts';
import { truncateTests } from './log-store/truncate-tests.ts';

export type { LogStoreSubject, StrangerFolder } from './log-store/store-bench.ts';

/**
 * What every storage engine must do, as tests: an engine is done when they pass. Called at the top
 * of a test file. It knows the port only, so that it can be run on engines from elsewhere.
 */
export function logStoreContract(subject: LogStoreSubject): void {
  describe(`log store contract: ${subject.name}`, () => {
    lifecycleTests(subject);
    appendTests(subject);
    readTests(subject);
    truncateTests(subject);
    dropTests(subject);
    replaceTests(subject);
    timeTests(subject);
    snapshotTests(subject);
    reopenTests(subject);
    stopTests(subject);
    folderTests(subject);
    damageTests(subject);
    concurrencyTests(subject);
    readerTests(subject);
    modelTests(subject);
    scenarioTests(subject);
  });
}
