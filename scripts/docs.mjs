// Writes the documents that are derived from the program: its APIs, and its configuration. With --check it only tells
// whether they are current.
import './guard-node.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configurationDocument } from './docs/configuration.mjs';
import { protocolSupportDocument } from './docs/protocol-support.mjs';

const documents = [
  ['docs/configuration.md', configurationDocument()],
  ['docs/protocol-support.md', protocolSupportDocument()],
];
const onlyCheck = process.argv.includes('--check');
for (const [path, text] of documents) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  if (!onlyCheck) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not what the program says; run: npm run docs`);
    process.exitCode = 1;
  }
}
