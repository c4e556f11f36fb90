import {
  type ProcessStreamCall,
  processStreamCallOf,
} from '../../../../domain/sql/process-stream-call.ts';
import { quoteText } from '../../../../domain/sql/quote.ts';
import { SqlError } from '../../../../domain/sql/sql-error.ts';
import {
  type CreateMaterializedView,
  type CreateStream,
  type StreamingCommand,
  streamingCommandOf,
} from '../../../../domain/sql/streaming/streaming-ddl.ts';
import { TokenCursor } from '../../../../domain/sql/token-cursor.ts';
import type { SqlParameter } from '../../../../ports/sql-engine.ts';
import type { StreamService } from './stream-service.ts';

/** The statement whose rows answer one that was carried out. */
export interface AnsweringStatement {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
}

type DropCommand = Extract<StreamingCommand, { readonly ifExists: boolean }>;

/** Carries out the statements of streams: CREATE, DROP, PAUSE, RESUME and SHOW of streams and materialized views. */
export class StreamStatements {
  readonly #streams: StreamService;

  constructor(streams: StreamService) {
    this.#streams = streams;
  }

  /** Undefined for statements of other kinds. Rejects with an SqlError. */
  async carryOut(sql: string, signal: AbortSignal): Promise<AnsweringStatement | undefined> {
    await unlessAborted(this.#streams.started(), signal);
    const call = processStreamCallOf(sql);
    if (call !== undefined) return this.#process(call, signal);
    const command = streamingCommandOf(sql);
    if (command !== undefined) return this.#answer(command, sql);
    await this.#refuseOrdinary(sql);
    return undefined;
  }

  /** What `carryOut` would answer with, without carrying anything out. */
  answerTo(sql: string): AnsweringStatement | undefined {
    if (processStreamCallOf(sql) !== undefined) return told('');
    const command = streamingCommandOf(sql);
    if (command === undefined) return undefined;
    return command.type.startsWith('show') ? shown('') : told('');
  }

  async #answer(command: StreamingCommand, sql: string): Promise<AnsweringStatement> {
    switch (command.type) {
      case 'create-stream':
        return this.#createStream(command, sql);
      case 'create-materialized-view':
        return this.#createView(command);
      case 'drop-stream':
      case 'drop-materialized-view':
        return this.#drop(command);
      case 'pause':
      case 'resume':
        await this.#streams.setPaused(command.name, command.type === 'pause');
        return told(`materialized view ${command.name} was ${command.type}d`);
      case 'show-materialized-views':
        return shown("WHERE kind = 'materialized view'");
      default:
        return shown('');
    }
  }

  /** The views that show streams are theirs: another in their place would leave the streams running. */
  async #refuseOrdinary(sql: string): Promise<void> {
    const name = changedViewOf(sql);
    const kind = name === undefined ? undefined : await this.#streams.has(name);
    if (kind === undefined) return;
    throw new SqlError('INVALID', `${name} is a ${kind}`, {
      hint: `DROP ${kind.toUpperCase()} ${name}`,
    });
  }

  async #process({ topic, query, name }: ProcessStreamCall, signal: AbortSignal) {
    // The view stays when the statement's time is over before it has caught up.
    await unlessAborted(this.#streams.processStream(topic, query, name), signal);
    return told(`materialized view ${name} is kept up to date`);
  }

  async #createStream({ name, ifNotExists }: CreateStream, sql: string) {
    if (ifNotExists && (await this.#streams.has(name))) return told(`there is a stream ${name}`);
    await this.#streams.createStream(sql);
    return told(`stream ${name} was created`);
  }

  async #createView({ name, ifNotExists, options, query }: CreateMaterializedView) {
    if (ifNotExists && (await this.#streams.has(name))) {
      return told(`there is a materialized view ${name}`);
    }
    await this.#streams.createView({ name, options, sql: query, streamTopic: undefined });
    return told(`materialized view ${name} was created`);
  }

  async #drop({ type, name, ifExists }: DropCommand) {
    const kind = type === 'drop-stream' ? 'stream' : 'materialized view';
    const found = await this.#streams.has(name);
    if (found !== kind) {
      if (ifExists && found === undefined) return told(`there is no ${kind} ${name}`);
      const hint =
        found === undefined ? 'SHOW STREAMS lists those there are' : `${name} is a ${found}`;
      throw new SqlError('INVALID', `there is no ${kind} ${name}`, { hint });
    }
    await this.#streams.drop(name);
    return told(`${kind} ${name} was dropped`);
  }
}

/** The view that a statement drops, alters or replaces. */
function changedViewOf(sql: string): string | undefined {
  const cursor = new TokenCursor(sql);
  const changes =
    cursor.accept('drop', 'view') ||
    cursor.accept('alter', 'view') ||
    cursor.accept('create', 'or', 'replace', 'view') ||
    cursor.accept('create', 'or', 'replace', 'table');
  if (!changes) return undefined;
  cursor.accept('if', 'exists');
  let name = cursor.take()?.text;
  while (cursor.acceptSymbol('.')) name = cursor.take()?.text;
  return name;
}

async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let leave: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (leave !== undefined) signal.removeEventListener('abort', leave);
  }
}

function shown(where: string): AnsweringStatement {
  return { sql: `SELECT * FROM topics.main.kawadb_streams ${where} ORDER BY name`, parameters: [] };
}

function told(result: string): AnsweringStatement {
  return { sql: `SELECT ${quoteText(result)} AS result`, parameters: [] };
}
