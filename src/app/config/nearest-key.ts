/** The known key that looks most like `key`, if one does at all. */
export function nearestKey(key: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(key.length / 3));
  let nearest: string | undefined;
  let distance = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - key.length) >= distance) continue;
    const other = editDistance(key, candidate);
    if (other < distance) {
      nearest = candidate;
      distance = other;
    }
  }
  return nearest;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const replaced = (row[j - 1] as number) + (same ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
    }
    row = next;
  }
  return row[b.length] as number;
}
