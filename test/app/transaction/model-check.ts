import type { ModelBroker, ModelProducer, ModelTransaction } from './model-producer.ts';

/** What contradicts the accounts of the producers; `visible` is what a read-committed consumer has read of all partitions. */
export async function problemsOf(
  broker: ModelBroker,
  producers: readonly ModelProducer[],
  visible: readonly string[],
): Promise<string[]> {
  const problems: string[] = [];
  const known = new Set(visible);
  if (known.size !== visible.length) problems.push('values are doubled');
  for (const producer of producers) {
    const { transactionalId, transactions } = producer;
    for (const [number, transaction] of transactions.entries()) {
      const seen = transaction.values.filter((value) => known.has(value)).length;
      if (isRight(transaction, seen)) continue;
      const { outcome, values } = transaction;
      problems.push(`${transactionalId} ${number}: ${outcome}, ${seen} of ${values.length} seen`);
    }
    const offset = await committedOffset(broker, producer);
    if (possibleOffsets(transactions, known).has(offset)) continue;
    problems.push(
      `${transactionalId}: offset ${offset} is of no transaction that may have ended last`,
    );
  }
  return problems;
}

function isRight({ outcome, values }: ModelTransaction, seen: number): boolean {
  if (outcome === 'aborted') return seen === 0;
  return seen === values.length || (outcome === 'unknown' && seen === 0);
}

/** Of a commit whose answer was lost its records tell whether it took place, if it has any. */
function possibleOffsets(
  transactions: readonly ModelTransaction[],
  visible: ReadonlySet<string>,
): ReadonlySet<bigint> {
  const possible = new Set([-1n]);
  for (const { values, offset, outcome } of transactions) {
    if (offset === undefined || outcome === 'aborted') continue;
    const isVisible = values.some((value) => visible.has(value));
    if (outcome === 'unknown' && values.length > 0 && !isVisible) continue;
    if (outcome === 'committed' || isVisible) possible.clear();
    possible.add(offset);
  }
  return possible;
}

async function committedOffset(broker: ModelBroker, { index }: ModelProducer): Promise<bigint> {
  const groupId = `group-${index}`;
  const answer = await broker.ask('OffsetFetch', 8, {
    groups: [{ groupId, topics: [{ name: 't', partitionIndexes: [0] }] }],
    requireStable: true,
  });
  const [{ errorCode, committedOffset: offset }] = answer.groups[0].topics[0].partitions;
  return errorCode === 0 ? offset : -BigInt(errorCode) - 100n;
}
