import type { Socket } from 'node:net';
import type { Logger } from '../../ports/logger.ts';
import type { Sql } from '../../ports/sql.ts';
import type { Authenticate } from './authentication.ts';
import type { CancelKeys } from './cancel-keys.ts';
import { answerExtended } from './extended-query.ts';
import type { FrontendMessage } from './frontend-messages.ts';
import { MessageQueue } from './message-queue.ts';
import { Outbox } from './outbox.ts';
import { PostgresError, postgresErrorOf } from './postgres-error.ts';
import { Session } from './session.ts';
import { answerSimple } from './simple-query.ts';
import { readStartup, type StartupRequest } from './startup.ts';

export interface ConnectionParts {
  readonly sql: Sql;
  readonly authenticate: Authenticate;
  readonly cancelKeys: CancelKeys;
  readonly logger: Logger;
  readonly messageBytesMax: number;
  readonly startupTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}

/** Before the client is known it has little to say. */
const STARTUP_BYTES_MAX = 10_000;
const EXTENDED = new Set(['P', 'B', 'D', 'E', 'C']);

/** One client, from its first byte to its last. */
export class ClientConnection {
  readonly #socket: Socket;
  readonly #parts: ConnectionParts;
  readonly #queue: MessageQueue;
  readonly #out: Outbox;
  #session: Session | undefined;
  /** After an error in the extended protocol nothing counts up to the next Sync. */
  #skipping = false;
  #isAnswering = false;
  #isClosing = false;

  constructor(socket: Socket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#queue = new MessageQueue(socket, STARTUP_BYTES_MAX);
    this.#out = new Outbox(socket);
    socket.on('close', () => this.#session?.cancel());
    // Told by `close` too.
    socket.on('error', () => undefined);
  }

  /** Resolves when the connection is at its end. */
  async run(): Promise<void> {
    try {
      const session = await this.#start();
      if (session !== undefined) await this.#serve(session);
    } catch (error) {
      await this.#fail(error);
    } finally {
      await this.#session?.close();
      this.#socket.end();
    }
  }

  /** Ends the statement that runs, or else the connection, since the broker stops. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#isAnswering) this.#session?.cancel();
    else await this.#fail(stopping());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #start(): Promise<Session | undefined> {
    const { sql, authenticate, startupTimeoutMs, messageBytesMax } = this.#parts;
    const late = setTimeout(() => this.#socket.destroy(), startupTimeoutMs);
    try {
      const request = await readStartup(this.#queue, this.#out, this.#parts.cancelKeys);
      if (request === undefined) return undefined;
      await authenticate(request.user, {
        request: async (code, data) => {
          this.#out.begin('R').int32(code).bytes(data).end();
          await this.#out.flush();
        },
        answer: async () => (await this.#queue.next())?.body,
      });
      this.#session = sessionOf(request, sql);
    } finally {
      clearTimeout(late);
    }
    this.#queue.messageBytesMax = messageBytesMax;
    return this.#session;
  }

  async #serve(session: Session): Promise<void> {
    const { cancelKeys } = this.#parts;
    const { processId, secretKey } = cancelKeys.add(session);
    try {
      const out = this.#out.authenticationOk();
      for (const [name, value] of session.settings.reported) out.parameterStatus(name, value);
      out.backendKeyData(processId, secretKey).readyForQuery(session.transaction.status);
      await out.flush();
      for (;;) {
        const message = await this.#next(session);
        if (message === undefined || message.type === 'X') return;
        this.#isAnswering = true;
        await this.#answer(session, message);
        this.#isAnswering = false;
        if (this.#isClosing) throw stopping();
      }
    } finally {
      cancelKeys.delete(processId);
    }
  }

  async #answer(session: Session, message: FrontendMessage): Promise<void> {
    const out = this.#out;
    const { type, body } = message;
    if (type === 'S') {
      this.#skipping = false;
      await this.#ready(session);
      return;
    }
    if (this.#skipping) return;
    try {
      if (type === 'Q') await answerSimple(session, out, body);
      else if (EXTENDED.has(type)) {
        await answerExtended(session, out, message, () => this.#queue.nextType === 'S');
      } else if (type === 'H') await out.flush();
      // The remains of a COPY that was refused are not worth an error each.
      else if (!['c', 'd', 'f'].includes(type)) throw unknownMessage(type);
    } catch (error) {
      await this.#tell(session, error);
      this.#skipping = type !== 'Q';
    }
    if (type === 'Q') await this.#ready(session);
    else await out.flushWhenFull();
  }

  /** Ends what the statements sent together were one transaction of. */
  async #ready(session: Session): Promise<void> {
    try {
      await session.endOfCommands(this.#out);
    } catch (error) {
      await this.#tell(session, error);
    }
    this.#out.readyForQuery(session.transaction.status);
    await this.#out.flush();
  }

  async #tell(session: Session, error: unknown): Promise<void> {
    const told = this.#told(error);
    if (told.fatal) throw told;
    await session.failed();
    this.#out.error(told);
  }

  /** The next message; a transaction is not left open for ever while there is none. */
  async #next({ transaction, settings }: Session): Promise<FrontendMessage | undefined> {
    if (transaction.isNone) return this.#queue.next();
    const { idleInTransactionTimeoutMs: mostMs } = this.#parts;
    const timeoutMs = Math.min(settings.idleInTransactionTimeoutMs ?? mostMs, mostMs);
    let tooLate: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      tooLate = setTimeout(() => reject(idleInTransaction(timeoutMs)), timeoutMs);
    });
    try {
      return await Promise.race([this.#queue.next(), timeout]);
    } finally {
      clearTimeout(tooLate);
    }
  }

  async #fail(error: unknown): Promise<void> {
    const told = this.#told(error);
    if (this.#socket.destroyed) return;
    const { code, message, hint } = told;
    this.#out.error(new PostgresError(code, message, { hint, fatal: true }));
    await this.#out.flush();
    this.#socket.end();
  }

  #told(error: unknown): PostgresError {
    const told = postgresErrorOf(error);
    if (told.code === 'XX000') {
      this.#parts.logger.error({ error }, 'a statement over the PostgreSQL protocol failed');
    }
    return told;
  }
}

/** What the client asks for in its startup is as if it were SET. */
function sessionOf({ user, parameters }: StartupRequest, sql: Sql): Session {
  const session = new Session(user, sql);
  for (const [name, value] of parameters) {
    // Every database is this one; `options` are flags of PostgreSQL's own server.
    if (name === 'database' || name === 'options' || name === 'replication') continue;
    session.settings.set(name, value);
  }
  return session;
}

function unknownMessage(type: string): PostgresError {
  const code = type.charCodeAt(0);
  return new PostgresError('08P01', `there is no message of type ${code}`, { fatal: true });
}

function idleInTransaction(timeoutMs: number): PostgresError {
  const message = `the transaction was left without a statement for ${timeoutMs} ms`;
  return new PostgresError('25P03', message, { fatal: true });
}

function stopping(): PostgresError {
  return new PostgresError('57P01', 'the broker is stopping', { fatal: true });
}
