// Writes the golden vectors of streams groups: `node streams-group-vectors.mts CLASS_PATH`, with the jars of Kafka's server.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const SEED = '1';
const KINDS = { topologies: 400, assignments: 120 };

const [classPath] = process.argv.slice(2);
if (classPath === undefined) throw new Error('which class path?');
const source = fileURLToPath(new URL('StreamsGroupVectors.java', import.meta.url));
for (const [kind, count] of Object.entries(KINDS)) {
  const lines = execFileSync('java', ['-cp', classPath, source, kind, String(count), SEED], {
    maxBuffer: 1 << 28,
  });
  const bytes = gzipSync(lines, { level: 9 });
  writeFileSync(new URL(`../golden/streams-${kind}.jsonl.gz`, import.meta.url), bytes);
  console.log(kind, lines.toString().split('\n').length - 1, 'lines', bytes.length, 'bytes');
}
