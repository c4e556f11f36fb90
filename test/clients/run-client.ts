import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';

const CACHE = process.env['KAWADB_CLIENTS_CACHE'] ?? `${homedir()}/.cache/kawadb-clients`;
export const KAFKA_TOOL = fileURLToPath(
  new URL('../../../shared/peers/kafka/kafka-tool', import.meta.url),
);

export const PYTHON = `${CACHE}/python/bin/python`;
export const FRANZ_GO = `${CACHE}/franz-go-client`;
export const GRAFANA_CLIENT = `${CACHE}/grafana-client`;
export const JDBC_DRIVER = `${CACHE}/jdbc/postgresql.jar`;

/** Whether a client is here. Continuous integration sets KAWADB_CLIENTS_REQUIRED, so that none goes missing unseen. */
export function available(name: string, path: string): boolean {
  const here = path.includes('/') ? existsSync(path) : onPath(path);
  if (!here && process.env['KAWADB_CLIENTS_REQUIRED'] === '1') {
    throw new Error(`${name} is required here and missing; .ci/install-clients brings it`);
  }
  if (!here) console.warn(`skipped: ${name} is not installed (.ci/install-clients brings it)`);
  return here;
}

/** Kafka's Java tools come from a sibling folder that a lone clone does not have. */
export function kafkaToolAvailable(): boolean {
  const here = existsSync(KAFKA_TOOL) && onPath('java');
  if (!here) console.warn("skipped: Kafka's Java tools are not beside this checkout");
  return here;
}

function onPath(program: string): boolean {
  return spawnSync('which', [program]).status === 0;
}

export interface ClientRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export function run(program: string, args: readonly string[], input = ''): Promise<ClientRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe' });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const deadline = setTimeout(() => child.kill('SIGKILL'), 120_000);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(deadline);
      resolve({ code, output, errors });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

export function kafkaTool(tool: string, args: readonly string[], input = ''): Promise<ClientRun> {
  return run(KAFKA_TOOL, [tool, ...args], input);
}
