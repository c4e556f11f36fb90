import { usageError } from './cli-error.ts';

/** What was given as `key=value`, repeatedly; later ones win. */
export function keyValues(texts: readonly string[] = [], option: string): Record<string, string> {
  return Object.fromEntries(keyValuePairs(texts, option));
}

export function keyValuePairs(
  texts: readonly string[] = [],
  option: string,
): readonly (readonly [key: string, value: string])[] {
  return texts.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw usageError(`${option} ${text}: it must look like key=value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}
