import { describe, expect, it } from 'vitest';
import { collidingTopic, topicNameProblem } from '../../../src/domain/topic/topic-name.ts';

describe('topic names', () => {
  it.each(['a', 'Orders_2.eu-west', 'x'.repeat(249), '...'])('takes %s', (name) => {
    expect(topicNameProblem(name)).toBeUndefined();
  });

  it.each(['', '.', '..', 'x'.repeat(250), 'a b', 'a/b', 'ü', 'a:b'])('refuses %j', (name) => {
    expect(topicNameProblem(name)).toBeDefined();
  });

  it('sees names that metrics cannot tell apart', () => {
    expect(collidingTopic('a.b', new Set(['a_b']))).toBe('a_b');
    expect(collidingTopic('a.b', new Set(['a.b', 'ab', 'a-b']))).toBeUndefined();
  });
});
