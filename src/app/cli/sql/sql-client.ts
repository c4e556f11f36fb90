import { CliError } from '../cli-error.ts';

export interface SqlClientColumn {
  readonly name: string;
  readonly type: string;
}

export type SqlClientRow = Readonly<Record<string, unknown>>;

export interface SqlClientResult {
  readonly columns: readonly SqlClientColumn[];
  readonly rows: AsyncIterable<SqlClientRow>;
}

export interface SqlFailure {
  readonly message: string;
  readonly position?: { readonly line: number; readonly column: number };
  readonly hint?: string;
}

/** The broker refused a statement; told with the place in it. */
export class StatementError extends CliError {
  readonly statement: string;
  readonly failure: SqlFailure;

  constructor(statement: string, failure: SqlFailure) {
    super(failure.message);
    this.statement = statement;
    this.failure = failure;
  }
}

export interface QueryProgressSource {
  /** Undefined when nothing is known of it, or the broker cannot be asked. */
  progress(): Promise<{ readonly recordsRead: number; readonly recordsTotal: number } | undefined>;
}

/** What goes with a statement. */
export interface StatementOptions {
  readonly signal?: AbortSignal | undefined;
  /** By which its progress can be asked for. */
  readonly name?: string | undefined;
}

export interface SqlClientOptions {
  readonly url: string;
  readonly timeoutMs: number | undefined;
}

/** Asks a broker's HTTP listener. */
export class SqlClient {
  readonly #endpoint: string;
  readonly #timeoutMs: number | undefined;

  constructor({ url, timeoutMs }: SqlClientOptions) {
    this.#endpoint = `${url.replace(/\/+$/, '')}/api/v1/sql`;
    this.#timeoutMs = timeoutMs;
  }

  async query(sql: string, options: StatementOptions = {}): Promise<SqlClientResult> {
    const response = await this.#post(sql, 'application/x-ndjson', options);
    const header = response.headers.get('kawadb-columns');
    const columns =
      header === null ? [] : (JSON.parse(decodeURIComponent(header)) as SqlClientColumn[]);
    return { columns, rows: rowsOf(bodyOf(response, options.signal)) };
  }

  /** The result as text of a type. */
  async text(
    sql: string,
    type: string,
    options: StatementOptions = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    return bodyOf(await this.#post(sql, type, options), options.signal);
  }

  /** Of a statement that was given a name. */
  progressOf(name: string): QueryProgressSource {
    return {
      progress: async () => {
        try {
          const response = await fetch(`${this.#endpoint}/progress/${name}`);
          return response.ok ? ((await response.json()) as never) : undefined;
        } catch {
          return undefined;
        }
      },
    };
  }

  async #post(sql: string, accept: string, { signal, name }: StatementOptions): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.#endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ sql, timeoutMs: this.#timeoutMs, name }),
        signal: signal ?? null,
      });
    } catch (cause) {
      if (signal?.aborted === true) throw cancelled();
      const hint = 'start the broker with `--set http.enabled=true`, or name another with --url';
      throw new CliError(`cannot reach ${this.#endpoint}: ${hint}`, undefined, { cause });
    }
    if (response.ok) return response;
    throw new StatementError(sql, await failureOf(response));
  }
}

async function failureOf(response: Response): Promise<SqlFailure> {
  try {
    const { error } = (await response.json()) as { readonly error: SqlFailure };
    if (typeof error.message === 'string') return error;
  } catch {
    // Something else than a broker answers there.
  }
  return { message: `${response.url} answered ${response.status}, which no broker does` };
}

async function* bodyOf(
  response: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array;
  } catch (cause) {
    if (signal?.aborted === true) throw cancelled();
    const why = 'the broker broke the result off: it took too long, is too large, or it stopped';
    throw new CliError(why, undefined, { cause });
  }
}

async function* rowsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<SqlClientRow> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as SqlClientRow;
  }
}

function cancelled(): CliError {
  return new CliError('cancelled');
}
