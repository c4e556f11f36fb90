import {
  type CharacterTest,
  type PatternNode,
  PatternSyntaxError,
  parsePattern,
} from './pattern-syntax.ts';

type Instruction =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'split'; readonly first: number; second: number }
  | { readonly kind: 'match' };

const MAX_INSTRUCTIONS = 10_000;

/**
 * A pattern of a client, matched in time linear in the text as by RE2, which Kafka uses: a regular expression of the
 * language's own could be made to run for ever. Throws a PatternSyntaxError.
 */
export class LinearPattern {
  readonly #program: Instruction[] = [];

  constructor(pattern: string) {
    this.#emit(parsePattern(pattern));
    this.#push({ kind: 'match' });
  }

  /** Whether all of the text matches. */
  matches(text: string): boolean {
    let current = new Set<number>();
    this.#follow(current, 0, true, text.length === 0);
    let at = 0;
    for (const character of text) {
      at += character.length;
      const code = character.codePointAt(0) as number;
      const next = new Set<number>();
      for (const index of current) {
        const instruction = this.#program[index] as Instruction;
        if (instruction.kind !== 'character' || !instruction.test(code)) continue;
        this.#follow(next, index + 1, false, at === text.length);
      }
      if (next.size === 0) return false;
      current = next;
    }
    return current.has(this.#program.length - 1);
  }

  /** Adds every instruction that is reached without reading a character. */
  #follow(reached: Set<number>, from: number, atStart: boolean, atEnd: boolean): void {
    const waiting = [from];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (reached.has(index)) continue;
      reached.add(index);
      const instruction = this.#program[index] as Instruction;
      if (instruction.kind === 'jump') waiting.push(instruction.to);
      if (instruction.kind === 'split') waiting.push(instruction.first, instruction.second);
      const passes =
        (instruction.kind === 'start' && atStart) || (instruction.kind === 'end' && atEnd);
      if (passes) waiting.push(index + 1);
    }
  }

  #push(instruction: Instruction): number {
    if (this.#program.length >= MAX_INSTRUCTIONS) {
      throw new PatternSyntaxError('the pattern repeats too much');
    }
    return this.#program.push(instruction) - 1;
  }

  #emit(node: PatternNode): void {
    switch (node.kind) {
      case 'character':
      case 'start':
      case 'end':
        this.#push(node);
        return;
      case 'sequence':
        for (const one of node.nodes) this.#emit(one);
        return;
      case 'choice':
        this.#emitChoice(node.nodes);
        return;
      case 'repeat':
        this.#emitRepeat(node);
    }
  }

  #emitChoice(nodes: readonly PatternNode[]): void {
    const jumps: { to: number }[] = [];
    for (const [index, node] of nodes.entries()) {
      if (index === nodes.length - 1) {
        this.#emit(node);
        break;
      }
      const split = this.#split();
      this.#emit(node);
      const jump = { kind: 'jump' as const, to: 0 };
      this.#push(jump);
      jumps.push(jump);
      split.second = this.#program.length;
    }
    for (const jump of jumps) jump.to = this.#program.length;
  }

  #emitRepeat({ node, min, max }: Extract<PatternNode, { kind: 'repeat' }>): void {
    for (let i = 0; i < min; i++) this.#emit(node);
    if (max === Number.POSITIVE_INFINITY) {
      const start = this.#program.length;
      const split = this.#split();
      this.#emit(node);
      this.#push({ kind: 'jump', to: start });
      split.second = this.#program.length;
      return;
    }
    const splits: { second: number }[] = [];
    for (let i = min; i < max; i++) {
      splits.push(this.#split());
      this.#emit(node);
    }
    for (const split of splits) split.second = this.#program.length;
  }

  /** Goes on with the next instruction, or with one to be set. */
  #split(): { second: number } {
    const split = { kind: 'split' as const, first: this.#program.length + 1, second: 0 };
    this.#push(split);
    return split;
  }
}
