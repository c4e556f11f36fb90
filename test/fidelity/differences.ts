/** Where two answers differ, as lines `path: Kafka's value, ours`. */
export function differences(kafka: unknown, ours: unknown, path = ''): string[] {
  if (Object.is(kafka, ours)) return [];
  if (!isObject(kafka) || !isObject(ours) || Array.isArray(kafka) !== Array.isArray(ours)) {
    return [`${path}: ${JSON.stringify(kafka)}, ours ${JSON.stringify(ours)}`];
  }
  const keys = new Set([...Object.keys(kafka), ...Object.keys(ours)]);
  return [...keys].flatMap((key) => differences(kafka[key], ours[key], `${path}/${key}`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
