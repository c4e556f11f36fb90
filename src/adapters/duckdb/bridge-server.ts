import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { SqlError } from '../../domain/sql/sql-error.ts';
import type { StreamStatus } from '../../ports/streams.ts';
import type { TopicHistory } from '../../ports/topic-history.ts';
import type { TopicSchemas } from '../../ports/topic-schemas.ts';
import type { TopicSource } from '../../ports/topic-source.ts';
import type {
  BridgeAnswer,
  BridgeAnswerMessage,
  BridgeQuestion,
  BridgeQuestionMessage,
  ReadAnswer,
} from './log-bridge.ts';

const PIECE_BYTES = 1024 * 1024;

export interface BridgeParts {
  readonly source: TopicSource;
  readonly schemas: TopicSchemas;
  readonly history: TopicHistory;
  /** How the streams stand. */
  readonly streamStatus: () => readonly StreamStatus[];
}

/** Answers the engine's thread on the broker's: copies of batches, so that nothing is borrowed across threads. */
export function serveBridge(port: MessagePort, answered: Int32Array, parts: BridgeParts): void {
  const answer = (message: BridgeAnswerMessage, transfer: ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  };
  port.on('message', ({ id, question }: BridgeQuestionMessage) => {
    answerTo(question, parts).then(
      (found) => answer({ id, answer: found }),
      (error: unknown) => answer({ id, ...failureOf(error as Error) }),
    );
  });
}

function failureOf(error: Error): Omit<BridgeAnswerMessage, 'id'> {
  if (!(error instanceof SqlError)) return { error: error.message };
  const { kind, message, position, hint } = error;
  return { error: message, errorKind: kind, errorDetails: { position, hint } };
}

async function answerTo(
  question: BridgeQuestion,
  { source, schemas, history, streamStatus }: BridgeParts,
): Promise<BridgeAnswer> {
  switch (question.type) {
    case 'topics':
      return source.topics();
    case 'streams':
      return streamStatus();
    case 'ranges':
      return source.ranges(question.topic, question.bounds);
    case 'schemas': {
      const { topic } = question;
      const [key, value] = await Promise.all([
        schemas.schemaOf(topic, 'key'),
        schemas.schemaOf(topic, 'value'),
      ]);
      return { key, value };
    }
    case 'schema-by-id':
      return schemas.schemaById(question.id);
    case 'declared-schemas':
      return schemas.list();
    case 'declare-schema':
      await schemas.declare(question.schema);
      return undefined;
    case 'drop-schema':
      return schemas.drop(question.topic, question.role);
    case 'history':
      return history.historyOf(question.topic, question.known);
    case 'histories':
      return history.list();
    case 'exportable':
      return history.exportable(question.topic, question.choice);
    case 'exported':
      await history.record(question.exported);
      return undefined;
    case 'drop-history':
      return history.drop(question.topic);
    default:
      return read(question, source);
  }
}

async function read(
  { topic, partition, fromOffset, buffer }: Extract<BridgeQuestion, { type: 'read' }>,
  source: TopicSource,
): Promise<ReadAnswer> {
  const maxBytes = buffer.byteLength;
  const result = await source.read({ topic, partition, fromOffset, maxBytes });
  try {
    const { sizeBytes } = result;
    const fits = sizeBytes <= maxBytes;
    const target = fits ? new Uint8Array(buffer) : new Uint8Array(sizeBytes);
    await copyInTurns(result.slices, target);
    const aborted = result.abortedTransactions.map(({ producerId, firstOffset }) => ({
      producerId,
      firstOffset,
    }));
    return { sizeBytes, bytes: fits ? undefined : target, aborted };
  } finally {
    result.release();
  }
}

/** Producers and consumers get their turn between the pieces: they must not feel that somebody scans a topic. */
async function copyInTurns(slices: readonly Uint8Array[], target: Uint8Array): Promise<void> {
  let at = 0;
  for (const slice of slices) {
    for (let from = 0; from < slice.length; from += PIECE_BYTES) {
      if (at > 0) await nextTurn();
      const piece = slice.subarray(from, from + PIECE_BYTES);
      target.set(piece, at);
      at += piece.length;
    }
  }
}
