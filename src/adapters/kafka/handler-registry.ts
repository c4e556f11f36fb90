import { advertisedVersions, isServed } from '../../domain/protocol/api-versions.ts';
import type { RequestHandler } from './request-handler.ts';

export interface ApiRange {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Keys come off the wire as int16; only those below this can be registered. */
const API_KEY_MAX = 255;

/** What this listener serves. ApiVersions is derived from it, so nothing is advertised that is not answered. */
export class HandlerRegistry {
  readonly #byKey: (RequestHandler | undefined)[] = new Array(API_KEY_MAX + 1).fill(undefined);

  constructor(handlers: Iterable<RequestHandler>) {
    for (const handler of handlers) this.#add(handler);
  }

  /** The handler of a key at a version, or undefined when it is not served. */
  find(apiKey: number, version: number): RequestHandler | undefined {
    const handler = this.#byKey[apiKey];
    if (handler === undefined) return undefined;
    return isServed(handler.api, version) ? handler : undefined;
  }

  /** The ranges ApiVersions tells, by ascending key. */
  advertised(): readonly ApiRange[] {
    const ranges: ApiRange[] = [];
    for (const handler of this.#byKey) {
      if (handler === undefined) continue;
      const [minVersion, maxVersion] = advertisedVersions(handler.api);
      ranges.push({ apiKey: handler.api.key, minVersion, maxVersion });
    }
    return ranges;
  }

  #add(handler: RequestHandler): void {
    const { key, name } = handler.api;
    if (key < 0 || key > API_KEY_MAX) throw new RangeError(`${name} has no possible key: ${key}`);
    if (this.#byKey[key] !== undefined) throw new Error(`two handlers for ${name} (key ${key})`);
    this.#byKey[key] = handler;
  }
}
