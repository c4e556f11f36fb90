import type { SyntaxNode } from '../syntax-tree.ts';

/** Gives parts of the engine's tree back as SQL, as `json_deserialize_sql` does. */
export interface SyntaxPrinter {
  expression(node: SyntaxNode): Promise<string>;
  /** What stands after FROM. */
  from(node: SyntaxNode): Promise<string>;
}
