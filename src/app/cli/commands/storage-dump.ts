import type { CliIo } from '../cli-io.ts';
import type { FolderOptions } from '../data-folder.ts';

export async function run(_args: readonly string[], _options: FolderOptions, _io: CliIo) {
  return 0;
}
