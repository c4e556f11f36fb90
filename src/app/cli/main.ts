#!/usr/bin/env node
// Nothing but the check of Node's version is loaded before it passed: an older Node fails on the syntax of the rest.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `kawadb needs Node 22.18 or newer and runs on ${process.versions.node}; install a newer Node\n`,
  );
  process.exitCode = 1;
} else {
  // One fdatasync for each partition that was written to runs at a time; the pool takes its size at its first use.
  process.env.UV_THREADPOOL_SIZE ??= '16';
  const { runCli } = await import('./program.ts');
  process.exitCode = await runCli(process.argv.slice(2));
}
