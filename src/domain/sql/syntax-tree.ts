/** A node of the engine's syntax tree, as `json_serialize_sql` writes it. */
export interface SyntaxNode {
  [field: string]: unknown;
}

export function isNode(value: unknown): value is SyntaxNode {
  // A number that JSON has to give back as it was written is an object too.
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !('rawJSON' in value)
  );
}

/** Every node below a value and the value itself, in no order anyone should rely on. */
export function* nodesOf(value: unknown): Generator<SyntaxNode> {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (Array.isArray(next)) pending.push(...next);
    else if (isNode(next)) {
      yield next;
      pending.push(...Object.values(next));
    }
  }
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
