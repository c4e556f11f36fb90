import { expect, test } from 'vitest';
import {
  type DeadLetterTopic,
  refusalOfDeadLetterTopic,
} from '../../../src/domain/share/dead-letter-topic.ts';

const TOPIC: DeadLetterTopic = {
  ...{ name: 'dlq.a', isEnabled: true, prefix: 'dlq.', isCreated: false },
};

test.each([
  [{}, undefined],
  [{ name: '' }, 'has no'],
  [{ name: '__dlq' }, 'begins with __'],
  [{ isEnabled: false }, 'group.enable of dlq.a is false'],
  [{ name: 'letters' }, 'does not begin with'],
  [{ name: 'letters', prefix: '' }, undefined],
  [{ isEnabled: undefined }, 'does not exist'],
  [{ isEnabled: undefined, isCreated: true }, undefined],
  [{ isEnabled: undefined, isCreated: true, prefix: 'other' }, 'does not begin with'],
])('%o', (change, refusal) => {
  const told = refusalOfDeadLetterTopic({ ...TOPIC, ...change });
  if (refusal === undefined) expect(told).toBeUndefined();
  else expect(told).toContain(refusal);
});
