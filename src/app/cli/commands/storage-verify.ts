import { StoppedMetadata } from '../../../adapters/local-catalog/stopped-metadata.ts';
import type { StorageFinding } from '../../../ports/store-inspector.ts';
import { verifyStore } from '../../services/storage/verify-store.ts';
import { CliError, EXIT } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import { batchTools, type FolderOptions, folderOf, withStoppedStore } from '../data-folder.ts';
import { print } from '../output.ts';
import { Progress, sizeText } from '../progress.ts';
import { findingTable, shownFinding } from '../storage-finding.ts';

/** More are only counted: whoever has so many does not read them. */
const SHOWN_FINDINGS = 10_000;

export async function run(_args: readonly string[], options: FolderOptions, io: CliIo) {
  const folder = folderOf(options, io);
  const { directory } = folder;
  const startedMs = performance.now();
  const checked = { logs: 0, batches: 0, records: 0, bytes: 0 };
  const findings: StorageFinding[] = [];
  let found = 0;
  const report = (finding: StorageFinding): void => {
    found += 1;
    if (findings.length < SHOWN_FINDINGS) findings.push(finding);
  };
  const { engine, clean } = await withStoppedStore(folder, async (store) => {
    const { stopped: signal } = io;
    const metadata = new StoppedMetadata(batchTools);
    const totalBytes = store.logs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const progress = new Progress(io, () => {
      const rate = sizeText(Math.round(checked.bytes / secondsSince(startedMs)));
      const bytes = `${sizeText(checked.bytes)} of ${sizeText(totalBytes)}`;
      const logs = `${checked.logs} of ${store.logs.length} logs`;
      return `checked ${bytes}, ${logs}, ${rate}/s, ${found} findings`;
    });
    try {
      await verifyStore(store, { tools: batchTools, metadata, signal, checked, report });
    } finally {
      progress.stop();
    }
    if (signal.aborted) throw new CliError('stopped before everything was checked');
    return store;
  });
  const seconds = secondsSince(startedMs);
  const shown = findings.map((finding) => shownFinding(finding, directory));
  const stop = clean ? 'stopped cleanly' : 'not stopped cleanly';
  const text =
    (shown.length === 0 ? '' : findingTable(shown)) +
    (found > shown.length ? `${found - shown.length} more\n` : '') +
    `${directory} (${engine}, ${stop}): ${checked.logs} logs, ${checked.batches} batches, ` +
    `${checked.records} records, ${sizeText(checked.bytes)} in ${seconds.toFixed(1)} s: ` +
    `${found === 0 ? 'nothing is wrong' : `${found} ${found === 1 ? 'finding' : 'findings'}`}\n`;
  const json = { directory, engine, clean, ...checked, seconds, found, findings: shown };
  print(io, options.output, { json, text });
  return found === 0 ? EXIT.ok : EXIT.failed;
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}
