import { describe, expect, it } from 'vitest';
import { logScenarios } from '../../../src/testing/log-scenarios/scenario-vectors.ts';
import { check } from '../../protocol/check-log-appends.ts';

// What they say is asked of every engine by the contract suite.
const vectors = logScenarios();

describe("scenarios on Kafka's log", () => {
  it('are all there', () => expect(vectors).toHaveLength(51));

  it('are compared to the byte', async () => {
    const vector = vectors.find(({ id }) => id === 'txn/abort')!;
    expect(await check(vector)).toBeUndefined();
    const tampered = structuredClone(vector);
    tampered.finalHex = tampered.finalHex.replace(/..$/, 'ff');
    expect(await check(tampered)).toContain('bytes of the log');
    const misread = structuredClone(vector);
    misread.steps.at(-2).result.abortedTransactions[0].firstOffset = '4';
    expect(await check(misread)).toContain('abortedTransactions');
  });
});
