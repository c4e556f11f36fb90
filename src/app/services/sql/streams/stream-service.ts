import { SqlError } from '../../../../domain/sql/sql-error.ts';
import type { CancelTimer } from '../../../../ports/clock.ts';
import type { ProducerIds } from '../../../../ports/producer-ids.ts';
import type { StoredView, ViewDefinition } from '../../../../ports/stream-engine.ts';
import type { StreamMarker } from '../../../../ports/stream-marker.ts';
import type { StreamStatus, Streams, ViewOptions } from '../../../../ports/streams.ts';
import type { TopicAdmin } from '../../../../ports/topic-admin.ts';
import type { StreamRegistry } from './stream-registry.ts';
import { ViewLoop, type ViewLoopParts } from './view-loop.ts';
import { type OutputTopic, ViewOutput, type ViewOutputParts } from './view-output.ts';

export interface StreamServiceParts extends ViewLoopParts {
  readonly registry: StreamRegistry;
  readonly marker: StreamMarker;
  readonly producerIds: ProducerIds;
  readonly topics: Pick<TopicAdmin, 'ensureTopic' | 'createTopics'>;
  readonly output: Omit<ViewOutputParts, 'engine' | 'topics'>;
}

export type NewView = Omit<ViewDefinition, 'createdMs' | 'producerId'>;

const RETRY_MS = 5000;

/**
 * Streams and the views over them. Definitions are kept by the engine, together with state and offsets; the views that are
 * found there at the start go on where they were.
 */
export class StreamService implements Streams {
  readonly #parts: StreamServiceParts;
  #loading: Promise<void> | undefined;
  #cancelRetry: CancelTimer | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: StreamServiceParts) {
    this.#parts = parts;
  }

  /** Resolves at once: what there may be is loaded meanwhile, and the broker does not wait for it. */
  async start(): Promise<void> {
    if (await this.#parts.marker.exists()) this.#resume();
  }

  /** Resolves when what the start found is loaded, or could not be: until then a query would see no streams. */
  async started(): Promise<void> {
    await this.#loading?.catch(() => undefined);
  }

  /** Resolves when no batch runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#last;
    await Promise.all(this.#parts.registry.loops.map((loop) => loop.stop()));
  }

  async createStream(sql: string): Promise<string> {
    return this.#inTurn(async () => {
      await this.#loaded();
      await this.#parts.marker.set();
      const stream = await this.#parts.engine.createStream(sql);
      this.#parts.registry.addStream(stream);
      return stream.name;
    });
  }

  async createView(view: NewView): Promise<string> {
    return this.#inTurn(async () => {
      await this.#loaded();
      for (const topic of outputTopicsOf(view.options)) await this.#checkTopic(topic);
      await this.#parts.marker.set();
      const producerId = await this.#parts.producerIds.next();
      const createdMs = this.#parts.clock.nowMs();
      const stored = await this.#parts.engine.createView({ ...view, createdMs, producerId });
      this.#startLoop(stored);
      return stored.definition.name;
    });
  }

  async drop(name: string): Promise<void> {
    await this.#inTurn(async () => {
      await this.#loaded();
      const { registry, engine, marker } = this.#parts;
      const loop = registry.loop(name);
      await loop?.stop();
      try {
        await engine.drop(name);
      } catch (error) {
        if (loop !== undefined) await this.#restart(name);
        throw error;
      }
      registry.remove(name);
      if (registry.isEmpty) await marker.clear();
    });
  }

  /** A view that is paused keeps what it has; one that goes on again takes what came meanwhile. */
  async setPaused(name: string, paused: boolean): Promise<void> {
    await this.#inTurn(async () => {
      await this.#loaded();
      const loop = this.#parts.registry.loop(name);
      if (loop === undefined) throw noView(name);
      await this.#parts.engine.setPaused(loop.view.id, paused);
      await loop.setPaused(paused);
    });
  }

  /** What there is of a name; undefined when it is neither a stream nor a view. */
  async has(name: string): Promise<'stream' | 'materialized view' | undefined> {
    // Without a marker there are none, and no engine has to be loaded to tell.
    if (!(await this.#parts.marker.exists()) && this.#loading === undefined) return undefined;
    await this.#loaded();
    const { registry } = this.#parts;
    if (registry.loop(name) !== undefined) return 'materialized view';
    return registry.stream(name) === undefined ? undefined : 'stream';
  }

  async processStream(
    topic: string,
    sql: string,
    table: string,
    options: ViewOptions = {},
  ): Promise<void> {
    await this.caughtUp(await this.createView({ name: table, sql, streamTopic: topic, options }));
  }

  async caughtUp(view: string): Promise<void> {
    await this.#loaded();
    const loop = this.#parts.registry.loop(view);
    if (loop === undefined) throw noView(view);
    await loop.caughtUp();
  }

  status(): readonly StreamStatus[] {
    return this.#parts.registry.status();
  }

  /** Definitions change one after the other. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(() => {
      if (this.#closed) throw new SqlError('UNAVAILABLE', 'the broker is stopping');
      return work();
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  #resume(): void {
    this.#inTurn(() => this.#loaded()).catch((error: unknown) => {
      if (this.#closed) return;
      this.#parts.logger.error({ err: error }, 'the streams cannot be loaded; it is tried again');
      this.#cancelRetry = this.#parts.timer.schedule(RETRY_MS, () => this.#resume());
    });
  }

  #loaded(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { engine, registry } = this.#parts;
    const { streams, views } = await engine.load();
    for (const stream of streams) registry.addStream(stream);
    for (const view of views) this.#startLoop(view);
  }

  async #restart(name: string): Promise<void> {
    const { views } = await this.#parts.engine.load();
    const view = views.find(({ definition }) => definition.name === name);
    if (view !== undefined) this.#startLoop(view);
  }

  #startLoop(view: StoredView): void {
    const { registry, engine, topics, output } = this.#parts;
    const { definition, outputs: positions } = view;
    const outputTopics = outputTopicsOf(definition.options);
    const viewOutput =
      outputTopics.length === 0
        ? undefined
        : new ViewOutput(
            { ...output, engine, topics },
            {
              ...{ viewId: view.id, producerId: definition.producerId },
              ...{ topics: outputTopics, positions },
            },
          );
    const loop = new ViewLoop(this.#parts, view, viewOutput);
    registry.addLoop(loop);
    loop.start();
  }

  /** A topic that cannot be made is told now, and not when the first result is there. */
  async #checkTopic({ name, partitions = -1 }: OutputTopic): Promise<void> {
    const topic = { name, partitions, replicationFactor: -1, assignments: [], configs: [] };
    const [result] = await this.#parts.topics.createTopics([topic], { validateOnly: true });
    const error = result?.error;
    if (error === undefined || error.errorName === 'TOPIC_ALREADY_EXISTS') return;
    throw new SqlError('INVALID', `topic ${name} cannot be written to: ${error.message}`);
  }
}

function noView(name: string): SqlError {
  const hint = 'SHOW MATERIALIZED VIEWS lists those there are';
  return new SqlError('INVALID', `there is no materialized view ${name}`, { hint });
}

function outputTopicsOf({ topic, partitions, dlqTopic, lateTopic }: ViewOptions): OutputTopic[] {
  const others = [dlqTopic, lateTopic].filter((name) => name !== undefined && name !== topic);
  return [
    ...(topic === undefined ? [] : [{ name: topic, partitions }]),
    ...[...new Set(others as string[])].map((name) => ({ name, partitions: undefined })),
  ];
}
