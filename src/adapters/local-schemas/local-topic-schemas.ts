import type {
  DeclaredSchema,
  SchemaDefinition,
  SchemaRole,
} from '../../domain/sql/schema/declared-schema.ts';
import type { TopicSchemas } from '../../ports/topic-schemas.ts';
import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import type { FileSystem } from '../data-folder/file-system.ts';

interface SchemaFile {
  readonly version: 1;
  readonly schemas: readonly DeclaredSchema[];
}

/** Declared schemas in a file of the data folder; in memory without one. */
export class LocalTopicSchemas implements TopicSchemas {
  readonly #files: FileSystem;
  readonly #path: string | undefined;
  #schemas: Promise<readonly DeclaredSchema[]> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(files: FileSystem, path: string | undefined) {
    this.#files = files;
    this.#path = path;
  }

  list(): Promise<readonly DeclaredSchema[]> {
    this.#schemas ??= this.#read();
    return this.#schemas;
  }

  async schemaOf(topic: string, role: SchemaRole): Promise<DeclaredSchema | undefined> {
    return (await this.list()).find((each) => each.topic === topic && each.role === role);
  }

  async schemaById(id: number): Promise<SchemaDefinition | undefined> {
    return (await this.list()).find(({ schemaId }) => schemaId === id);
  }

  declare(schema: DeclaredSchema): Promise<void> {
    return this.#inTurn(async () => {
      const others = await this.#without(schema.topic, schema.role);
      await this.#replace([...others, schema]);
    });
  }

  drop(topic: string, role: SchemaRole): Promise<boolean> {
    return this.#inTurn(async () => {
      const others = await this.#without(topic, role);
      const found = others.length < (await this.list()).length;
      if (found) await this.#replace(others);
      return found;
    });
  }

  async #without(topic: string, role: SchemaRole): Promise<readonly DeclaredSchema[]> {
    return (await this.list()).filter((each) => each.topic !== topic || each.role !== role);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #replace(schemas: readonly DeclaredSchema[]): Promise<void> {
    const sorted = [...schemas].sort((a, b) => (a.topic < b.topic ? -1 : 1));
    if (this.#path !== undefined) {
      const file: SchemaFile = { version: 1, schemas: sorted };
      const bytes = Buffer.from(`${JSON.stringify(file, null, 2)}\n`);
      await writeFileAtomically(this.#files, this.#path, bytes);
    }
    this.#schemas = Promise.resolve(sorted);
  }

  async #read(): Promise<readonly DeclaredSchema[]> {
    if (this.#path === undefined) return [];
    const bytes = await this.#files.readFile(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (bytes === undefined) return [];
    const file = JSON.parse(Buffer.from(bytes).toString()) as SchemaFile;
    if (file.version !== 1 || !Array.isArray(file.schemas)) {
      throw new Error(`${this.#path} is of another version of KawaDB`);
    }
    return file.schemas;
  }
}
