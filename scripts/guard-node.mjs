// Says so when an older Node runs: an install without scripts falls back silently to the machine's own.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `kawadb needs Node 22.18 or newer and runs on ${process.versions.node}; run \`npm ci\` with its install scripts, which brings Node 24`,
  );
  process.exit(1);
}
