import type { ApiDefinition } from '../../domain/protocol/schema.ts';

/** The answer, telling its client how long it will not be heard; where the version has no room for that, as it was. */
export function throttledAnswer(
  api: ApiDefinition,
  version: number,
  answer: object,
  throttleTimeMs: number,
): object {
  const field = api.response.fields['throttleTimeMs'];
  if (field === undefined) return answer;
  const { since, until } = field.options;
  return version < since || version > until ? answer : { ...answer, throttleTimeMs };
}
