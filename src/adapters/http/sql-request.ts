import type { IncomingMessage } from 'node:http';
import type { NamedEncoding, SqlParameter } from '../../ports/sql-engine.ts';
import { HttpError } from './http-error.ts';

export interface SqlRequest {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
  readonly timeoutMs: number | undefined;
  readonly rowsMax: number | undefined;
  /** By which its progress can be asked for while it runs. */
  readonly name: string | undefined;
}

const BODY_BYTES_MAX = 4 * 1024 * 1024;
const PARAMETERS_MAX = 1000;
const NAME = /^[\w-]{1,100}$/;

export const MEDIA_TYPES: Readonly<Record<NamedEncoding, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
};

const ACCEPTED: ReadonlyMap<string, NamedEncoding> = new Map<string, NamedEncoding>([
  ...Object.entries(MEDIA_TYPES).map(([encoding, type]): [string, NamedEncoding] => [
    type,
    encoding as NamedEncoding,
  ]),
  ...(['*/*', 'application/*', 'application/json', 'application/ndjson'] as const).map(
    (type): [string, NamedEncoding] => [type, 'ndjson'],
  ),
  ['text/*', 'csv'],
]);

/** The first encoding of the Accept header that there is; NDJSON without one. */
export function encodingOf(accept: string | undefined): NamedEncoding {
  if (accept === undefined || accept.trim() === '') return 'ndjson';
  for (const part of accept.split(',')) {
    const encoding = ACCEPTED.get(part.split(';')[0]?.trim().toLowerCase() ?? '');
    if (encoding !== undefined) return encoding;
  }
  throw new HttpError(406, `results come as ${Object.values(MEDIA_TYPES).join(', ')}`);
}

/**
 * Reads the statement: JSON with `sql` and what belongs to it, or the statement alone. Other types are refused, as a web
 * page could send them here without asking.
 */
export async function readSqlRequest(request: IncomingMessage): Promise<SqlRequest> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/sql') {
    throw new HttpError(415, 'send the statement as application/sql, or as application/json');
  }
  const text = await bodyOf(request);
  if (type === 'application/sql') {
    return { sql: text, parameters: [], timeoutMs: undefined, rowsMax: undefined, name: undefined };
  }
  return requestOf(text);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > BODY_BYTES_MAX)
      throw new HttpError(413, `a request has at most ${BODY_BYTES_MAX} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function requestOf(text: string): SqlRequest {
  const { sql, parameters = [], timeoutMs, rowsMax, name, ...others } = jsonObject(text);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new HttpError(
      400,
      `${unknown} is not known: a request has sql, parameters, timeoutMs, rowsMax, name`,
    );
  }
  if (name !== undefined && (typeof name !== 'string' || !NAME.test(name))) {
    throw new HttpError(400, 'name has to be a text of 1 to 100 letters, digits, - and _');
  }
  if (typeof sql !== 'string') throw new HttpError(400, 'sql has to be a text');
  if (
    !Array.isArray(parameters) ||
    parameters.length > PARAMETERS_MAX ||
    !parameters.every(isParameter)
  ) {
    const message = `parameters has to be a list of at most ${PARAMETERS_MAX} texts, numbers, booleans and nulls`;
    throw new HttpError(400, message);
  }
  return {
    ...{ sql, parameters, name },
    timeoutMs: positive('timeoutMs', timeoutMs),
    rowsMax: positive('rowsMax', rowsMax),
  };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `the request is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'the request has to be a JSON object');
  }
  return value as Readonly<Record<string, unknown>>;
}

function isParameter(value: unknown): value is SqlParameter {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function positive(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new HttpError(400, `${name} has to be a whole number above 0`);
  }
  return value as number;
}
