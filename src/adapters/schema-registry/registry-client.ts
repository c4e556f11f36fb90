import { SqlError } from '../../domain/sql/sql-error.ts';

export interface RegistryClientOptions {
  /** Of the registry, with or without a path. */
  readonly url: string;
  /** `user:password`; none is sent when absent. */
  readonly credentials?: string | undefined;
  readonly timeoutMs: number;
}

/** A schema as the registry's answers have it. */
export interface RegisteredSchema {
  readonly id: number | undefined;
  readonly type: string;
  readonly definition: string;
  readonly hasReferences: boolean;
}

const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const ACCEPT = 'application/vnd.schemaregistry.v1+json, application/json';

/** Asks a schema registry by Confluent's REST API. Rejections are SqlErrors of the kind UNAVAILABLE. */
export class RegistryClient {
  readonly #options: RegistryClientOptions;

  constructor(options: RegistryClientOptions) {
    this.#options = options;
  }

  /** Undefined where there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.#get(`subjects/${encodeURIComponent(subject)}/versions/latest`);
  }

  byId(id: number): Promise<RegisteredSchema | undefined> {
    return this.#get(`schemas/ids/${id}`);
  }

  async #get(path: string): Promise<RegisteredSchema | undefined> {
    const { url, credentials, timeoutMs } = this.#options;
    const headers = {
      accept: ACCEPT,
      ...(credentials !== undefined && {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    };
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}/${path}`, {
        ...{ headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) },
      });
      const text = await limitedText(response);
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`it answers ${response.status}: ${text.slice(0, 200)}`);
      return schemaIn(JSON.parse(text));
    } catch (error) {
      const why = reasonOf(error as Error, timeoutMs);
      throw new SqlError('UNAVAILABLE', `the schema registry cannot be asked: ${why}`, {
        hint: 'sql.schema_registry.url names it',
      });
    }
  }
}

function schemaIn(answer: unknown): RegisteredSchema {
  const { id, schema, schemaType, references } = (answer ?? {}) as Record<string, unknown>;
  if (typeof schema !== 'string') throw new Error('its answer has no schema');
  return {
    id: Number.isInteger(id) ? Number(id) : undefined,
    // Those that are not named are Avro's.
    type: typeof schemaType === 'string' ? schemaType.toUpperCase() : 'AVRO',
    definition: schema,
    hasReferences: Array.isArray(references) && references.length > 0,
  };
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > ANSWER_BYTES_MAX) {
      throw new Error(`its answer has more than ${ANSWER_BYTES_MAX} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function reasonOf(error: Error, timeoutMs: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
