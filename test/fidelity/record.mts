// Writes what a real broker answers to the scenarios: `node record.mts PORT` against a fresh Kafka on loopback.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { SCENARIOS } from './scenarios/index.ts';
import { Scene } from './scene.ts';

const [port = '9092', ...only] = process.argv.slice(2);
for (const [file, scenarios] of Object.entries(SCENARIOS)) {
  if (only.length > 0 && !only.includes(file)) continue;
  const lines: string[] = [];
  for (const [scenario, play] of Object.entries(scenarios)) {
    const scene = new Scene(Number(port));
    await play(scene);
    scene.close();
    for (const line of scene.lines) lines.push(JSON.stringify({ scenario, ...line }));
  }
  const bytes = gzipSync(`${lines.join('\n')}\n`, { level: 9 });
  writeFileSync(new URL(`recorded/${file}.jsonl.gz`, import.meta.url), bytes);
  console.log(file, lines.length, 'lines', bytes.length, 'bytes');
}
