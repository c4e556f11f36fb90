/** Whether a code point is meant. */
export type CharacterTest = (code: number) => boolean;

/** What a pattern is made of. */
export type PatternNode =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly nodes: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly node: PatternNode;
      readonly min: number;
      readonly max: number;
    };

const MAX_LENGTH = 1_000;
const MAX_REPEAT = 1_000;
const MAX_DEPTH = 100;

export class PatternSyntaxError extends Error {}

/**
 * Reads the part of RE2's syntax that names are chosen with: literals, classes, groups, choices, repetitions and anchors.
 * What RE2 has beyond (flags, named groups, Unicode classes) is refused rather than misread.
 */
export function parsePattern(pattern: string): PatternNode {
  if (pattern.length > MAX_LENGTH) throw new PatternSyntaxError('the pattern is too long');
  const parser = new PatternParser(pattern);
  const node = parser.choice(0);
  if (!parser.atEnd) throw new PatternSyntaxError('a ) without its (');
  return node;
}

class PatternParser {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  get atEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  choice(depth: number): PatternNode {
    if (depth > MAX_DEPTH) throw new PatternSyntaxError('groups are nested too deeply');
    const nodes = [this.#sequence(depth)];
    while (this.#take('|')) nodes.push(this.#sequence(depth));
    return nodes.length === 1 ? (nodes[0] as PatternNode) : { kind: 'choice', nodes };
  }

  #sequence(depth: number): PatternNode {
    const nodes: PatternNode[] = [];
    while (!this.atEnd && this.#peek() !== '|' && this.#peek() !== ')') {
      nodes.push(this.#repeated(this.#atom(depth)));
    }
    return { kind: 'sequence', nodes };
  }

  #atom(depth: number): PatternNode {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group(depth);
      case '[':
        return { kind: 'character', test: this.#class() };
      case '.':
        return { kind: 'character', test: (code) => code !== NEWLINE };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '\\':
        return { kind: 'character', test: this.#escaped() };
      case '*':
      case '+':
      case '?':
        throw new PatternSyntaxError(`nothing to repeat before ${character}`);
      default:
        return { kind: 'character', test: is(character) };
    }
  }

  #group(depth: number): PatternNode {
    if (this.#take('?') && !this.#take(':')) throw new PatternSyntaxError('an unknown group');
    const node = this.choice(depth + 1);
    if (!this.#take(')')) throw new PatternSyntaxError('a ( without its )');
    return node;
  }

  #repeated(node: PatternNode): PatternNode {
    const range = this.#range();
    if (range === undefined) return node;
    // How greedy it is does not matter for whether the whole matches.
    this.#take('?');
    if (this.#peek() === '*' || this.#peek() === '+' || this.#peek() === '?') {
      throw new PatternSyntaxError('a repetition of a repetition');
    }
    const [min, max] = range;
    return { kind: 'repeat', node, min, max };
  }

  #range(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    if (this.#peek() !== '{') return undefined;
    const rest = this.#characters.slice(this.#at, this.#at + 12).join('');
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(rest);
    // As RE2: braces that do not count are themselves.
    if (counted === null) return undefined;
    this.#at += counted[0].length;
    const min = Number(counted[1]);
    const upper = counted[3];
    const max = counted[2] === undefined ? min : upper ? Number(upper) : Number.POSITIVE_INFINITY;
    const isTooMuch = min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY);
    if (isTooMuch || max < min) throw new PatternSyntaxError('a bad count');
    return [min, max];
  }

  #class(): CharacterTest {
    const negated = this.#take('^');
    const tests: CharacterTest[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const low = this.#next();
      if (low === '[' && this.#peek() === ':') throw new PatternSyntaxError('a named class');
      if (low === '\\') {
        tests.push(this.#escaped());
      } else if (this.#peek() === '-' && this.#characters[this.#at + 1] !== ']') {
        this.#next();
        tests.push(between(low, this.#next()));
      } else {
        tests.push(is(low));
      }
    }
    this.#next();
    return (code) => tests.some((test) => test(code)) !== negated;
  }

  #escaped(): CharacterTest {
    const character = this.#next();
    const test = ESCAPES[character];
    if (test !== undefined) return test;
    if (/[a-zA-Z0-9]/.test(character)) throw new PatternSyntaxError(`\\${character} is not known`);
    return is(character);
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new PatternSyntaxError('the pattern ends too early');
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
}

const NEWLINE = 10;

function is(character: string): CharacterTest {
  const wanted = character.codePointAt(0);
  return (code) => code === wanted;
}

function between(low: string, high: string): CharacterTest {
  const [from, to] = [low.codePointAt(0) ?? 0, high.codePointAt(0) ?? 0];
  if (from > to || high === '\\') throw new PatternSyntaxError('a bad range of characters');
  return (code) => code >= from && code <= to;
}

function matching(pattern: RegExp): CharacterTest {
  return (code) => pattern.test(String.fromCodePoint(code));
}

const ESCAPES: { readonly [character: string]: CharacterTest } = {
  d: matching(/[0-9]/),
  D: matching(/[^0-9]/),
  w: matching(/[0-9A-Za-z_]/),
  W: matching(/[^0-9A-Za-z_]/),
  s: matching(/[\t\n\f\r ]/),
  S: matching(/[^\t\n\f\r ]/),
  t: is('\t'),
  n: is('\n'),
  r: is('\r'),
};
