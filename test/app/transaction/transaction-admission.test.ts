import { expect, test } from 'vitest';
import { TransactionAdmission } from '../../../src/app/services/transaction/transaction-admission.ts';
import type { ErrorName } from '../../../src/domain/error-code.ts';
import { ManualTime } from '../../../src/testing/log-scenarios/manual-time.ts';

const PRODUCER = { transactionalId: 'id', producerId: 1n, producerEpoch: 0 };

/** A coordinator that is asked in vain so often. */
function admission(refusals: number) {
  const time = new ManualTime();
  let left = refusals;
  const waiting = new Set<() => void>();
  const admitted = new TransactionAdmission({
    ...{ clock: time, timer: time, retryBackoffMs: 20, retryMaxMs: 100 },
    isVerificationEnabled: () => true,
    transactions: {
      addPartitions: async (): Promise<ErrorName> => {
        left -= 1;
        return left < 0 ? 'NONE' : 'CONCURRENT_TRANSACTIONS';
      },
      verifyPartition: () => 'NONE',
      whenSettled: (_, settled) => {
        waiting.add(settled);
        return () => waiting.delete(settled);
      },
    },
  });
  const settle = () => {
    for (const settled of waiting) settled();
    waiting.clear();
  };
  return { admitted, time, waiting, settle };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a producer is let in as soon as the end of its last transaction is told', async () => {
  const { admitted, waiting, settle } = admission(1);
  let answer: ErrorName | undefined;
  void admitted.add(PRODUCER, [{ topic: 't', partition: 0 }]).then((error) => {
    answer = error;
  });
  await turn();
  expect(answer).toBeUndefined();
  expect(waiting.size).toBe(1);
  settle();
  await turn();
  expect(answer).toBe('NONE');
});

test('what is never told is asked again after the time of the configuration, until the longest is over', async () => {
  const { admitted, time, waiting } = admission(100);
  let answer: ErrorName | undefined;
  void admitted.add(PRODUCER, [{ topic: 't', partition: 0 }]).then((error) => {
    answer = error;
  });
  for (let waited = 0; waited < 100; waited += 20) {
    await turn();
    expect(answer).toBeUndefined();
    expect(waiting.size).toBe(1);
    time.advance(20);
  }
  await turn();
  expect(answer).toBe('CONCURRENT_TRANSACTIONS');
  expect(waiting.size).toBe(0);
});
