// Writes the golden vectors of streams groups: `node streams-group-vectors.mts CLASS_PATH`, with the jars of Kafka's server.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const SEED = '1';
const GROUP_VECTORS = 'StreamsGroupVectors.java';
/** The program that makes them, and what it is told. */
const KINDS = {
  topologies: [GROUP_VECTORS, 'topologies', '400'],
  assignments: [GROUP_VECTORS, 'assignments', '120'],
  reconciliations: ['StreamsReconciliationVectors.java', '3000'],
};

const [classPath, ...only] = process.argv.slice(2);
if (classPath === undefined) throw new Error('which class path?');
for (const [kind, [program = '', ...words]] of Object.entries(KINDS)) {
  if (only.length > 0 && !only.includes(kind)) continue;
  const source = fileURLToPath(new URL(program, import.meta.url));
  const lines = execFileSync('java', ['-cp', classPath, source, ...words, SEED], {
    maxBuffer: 1 << 28,
  });
  const bytes = gzipSync(lines, { level: 9 });
  writeFileSync(new URL(`../golden/streams-${kind}.jsonl.gz`, import.meta.url), bytes);
  console.log(kind, lines.toString().split('\n').length - 1, 'lines', bytes.length, 'bytes');
}
