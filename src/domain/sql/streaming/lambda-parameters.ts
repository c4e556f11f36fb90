import { nodesOf, type SyntaxNode, textsOf } from '../syntax-tree.ts';

/** The names that are parameters within a node, in lower case: those of a lambda beside those around it. */
export function withParameters(node: SyntaxNode, around: ReadonlySet<string>): ReadonlySet<string> {
  if (node.class !== 'LAMBDA') return around;
  const names = [...nodesOf(node.lhs)].flatMap((each) => textsOf(each.column_names));
  return new Set([...around, ...names.map((name) => name.toLowerCase())]);
}

/** Whether a node is a parameter of a lambda it stands in, rather than a column. */
export function isHidden(node: SyntaxNode, parameters: ReadonlySet<string>): boolean {
  const [first = ''] = textsOf(node.column_names);
  return node.class === 'COLUMN_REF' && parameters.has(first.toLowerCase());
}
