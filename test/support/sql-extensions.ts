import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = 'v1.5.5';
const PLATFORM = `${process.platform === 'darwin' ? 'osx' : process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/**
 * A folder with these extensions of the SQL engine: that of $KAWADB_SQL_EXTENSIONS, or one made of Python packages that are
 * installed here (`pip install duckdb-extension-iceberg==1.5.5`). Undefined where one is missing.
 */
export function sqlExtensions(names: readonly string[]): string | undefined {
  const given = process.env.KAWADB_SQL_EXTENSIONS;
  if (given !== undefined) {
    const has = names.every((name) => existsSync(join(given, VERSION, PLATFORM, fileOf(name))));
    return has ? given : undefined;
  }
  const found = names.map(installed);
  if (found.includes(undefined)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'kawadb-extensions-'));
  const target = join(folder, VERSION, PLATFORM);
  mkdirSync(target, { recursive: true });
  for (const [index, name] of names.entries()) {
    copyFileSync(found[index] as string, join(target, fileOf(name)));
  }
  return folder;
}

function fileOf(name: string): string {
  return `${name}.duckdb_extension`;
}

function installed(name: string): string | undefined {
  const code = `import duckdb_extension_${name} as m; print(list(m.__path__)[0])`;
  const { status, stdout } = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const folder = join(stdout.trim(), 'extensions', VERSION);
  return existsSync(folder) && readdirSync(folder).includes(fileOf(name))
    ? join(folder, fileOf(name))
    : undefined;
}
