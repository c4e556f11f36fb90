/** Whether rows of two tables have the same in columns, NULL being the same as NULL. */
export function sameColumns(columns: readonly string[], left: string, right: string): string {
  if (columns.length === 0) return 'true';
  return columns
    .map((column) => `${left}.${column} IS NOT DISTINCT FROM ${right}.${column}`)
    .join(' AND ');
}
