import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SqlPlugin, SqlPluginFactory } from '../../ports/sql-plugin.ts';

/** A plug-in as the setting names it: `package?option=value&…`, or a file's path in place of the package. */
export async function loadPlugin(setting: string): Promise<SqlPlugin> {
  const [name = '', query = ''] = setting.split('?', 2);
  try {
    const { default: factory } = (await import(locationOf(name))) as {
      readonly default?: SqlPluginFactory;
    };
    if (typeof factory !== 'function') throw new Error('it exports no function as default');
    return await factory(Object.fromEntries(new URLSearchParams(query)));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    const hint = missing && !isPath(name) ? `; npm install ${name}` : '';
    throw new Error(`the plug-in ${name} (sql.plugins) cannot be loaded: ${message}${hint}`, {
      cause,
    });
  }
}

function isPath(name: string): boolean {
  return /^(\.{0,2}\/|[A-Za-z]:[\\/])/.test(name);
}

/** Packages are looked for from where the broker was started, and from where it is installed. */
function locationOf(name: string): string {
  if (isPath(name)) return pathToFileURL(resolve(name)).href;
  try {
    const fromHere = createRequire(pathToFileURL(resolve('package.json')));
    return pathToFileURL(fromHere.resolve(name)).href;
  } catch {
    return name;
  }
}
