import type {
  DeclaredSchema,
  SchemaDefinition,
  SchemaFormat,
  SchemaRole,
} from '../../domain/sql/schema/declared-schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { RecordDecoders } from '../../ports/record-decoder.ts';
import type { TopicSchemas } from '../../ports/topic-schemas.ts';
import type { RegisteredSchema, RegistryClient } from './registry-client.ts';
import { RememberedAnswers } from './remembered-answers.ts';

export interface RegistryTopicSchemasOptions {
  readonly client: RegistryClient;
  /** Those declared in SQL, which go before the registry's. */
  readonly declared: TopicSchemas;
  readonly decoders: RecordDecoders;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the latest schema of a topic is taken to be that. */
  readonly cacheMs: number;
}

const FORMATS: Readonly<Record<string, SchemaFormat>> = {
  ...{ AVRO: 'avro', PROTOBUF: 'protobuf', JSON: 'json' },
};
const FAILURES_FOR_MS = 2000;
const ENTRIES_MAX = 10_000;

/**
 * Schemas of a registry beside those that were declared: of a topic's values the latest version of the subject `<topic>-value`, of its
 * keys that of `<topic>-key`, and any other by the id in a record's frame.
 */
export class RegistryTopicSchemas implements TopicSchemas {
  readonly #o: RegistryTopicSchemasOptions;
  readonly #subjects: RememberedAnswers<string, DeclaredSchema | undefined>;
  readonly #ids: RememberedAnswers<number, SchemaDefinition | undefined>;

  constructor(options: RegistryTopicSchemasOptions) {
    this.#o = options;
    const { clock, cacheMs } = options;
    const common = { clock, failuresForMs: FAILURES_FOR_MS, entriesMax: ENTRIES_MAX };
    this.#subjects = new RememberedAnswers({ ...common, forMs: () => cacheMs });
    this.#ids = new RememberedAnswers({
      ...common,
      // What an id means never changes, but one that nobody knows may come to be.
      forMs: (found) => (found === undefined ? cacheMs : Number.POSITIVE_INFINITY),
    });
  }

  async schemaOf(topic: string, role: SchemaRole): Promise<DeclaredSchema | undefined> {
    const { declared, client } = this.#o;
    const own = await declared.schemaOf(topic, role);
    if (own !== undefined) return own;
    const subject = `${topic}-${role}`;
    return this.#subjects.of(subject, async () => {
      const found = await client.latest(subject);
      return found === undefined ? undefined : this.#declaredBy(found, { subject, topic, role });
    });
  }

  async schemaById(id: number): Promise<SchemaDefinition | undefined> {
    const { declared, client } = this.#o;
    const own = await declared.schemaById(id);
    if (own !== undefined) return own;
    return this.#ids.of(id, async () => {
      const found = await client.byId(id);
      return found && this.#definitionOf(found, `schema ${id}`);
    });
  }

  list(): Promise<readonly DeclaredSchema[]> {
    return this.#o.declared.list();
  }

  declare(schema: DeclaredSchema): Promise<void> {
    return this.#o.declared.declare(schema);
  }

  drop(topic: string, role: SchemaRole): Promise<boolean> {
    return this.#o.declared.drop(topic, role);
  }

  async #declaredBy(
    found: RegisteredSchema,
    place: { readonly subject: string; readonly topic: string; readonly role: SchemaRole },
  ): Promise<DeclaredSchema | undefined> {
    const { subject, topic, role } = place;
    const definition = this.#definitionOf(found, `the schema of ${subject}`);
    if (definition === undefined) return undefined;
    const { decoders, logger } = this.#o;
    await decoders.load(definition.format);
    try {
      const { columns } = decoders.decoderOf(definition);
      return { ...definition, topic, role, columns, framed: true, schemaId: found.id };
    } catch (error) {
      logger.warn({ error, subject }, 'a schema of the registry cannot be read');
      return undefined;
    }
  }

  /** Undefined, with a line in the log, for what cannot be read here. */
  #definitionOf(
    { type, definition, hasReferences }: RegisteredSchema,
    what: string,
  ): SchemaDefinition | undefined {
    const format = FORMATS[type];
    if (format !== undefined && !hasReferences) return { format, definition };
    const why = hasReferences ? 'it refers to others' : `it is of the type ${type}`;
    this.#o.logger.warn({}, `${what} of the registry cannot be read: ${why}`);
    return undefined;
  }
}
