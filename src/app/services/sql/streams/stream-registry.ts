import { tableNameOf } from '../../../../domain/sql/topic-tables.ts';
import type { StoredStream } from '../../../../ports/stream-engine.ts';
import type { StreamPartitionStatus, StreamStatus } from '../../../../ports/streams.ts';
import type { SourceTopics } from './source-topics.ts';
import type { ViewLoop } from './view-loop.ts';

/** The streams and views there are, and how they stand. */
export class StreamRegistry {
  readonly #sources: SourceTopics;
  readonly #streams = new Map<string, StoredStream>();
  readonly #loops = new Map<string, ViewLoop>();

  constructor(sources: SourceTopics) {
    this.#sources = sources;
  }

  get isEmpty(): boolean {
    return this.#streams.size === 0 && this.#loops.size === 0;
  }

  get loops(): readonly ViewLoop[] {
    return [...this.#loops.values()];
  }

  addStream(stream: StoredStream): void {
    this.#streams.set(keyOf(stream.name), stream);
  }

  addLoop(loop: ViewLoop): void {
    this.#loops.set(keyOf(loop.view.definition.name), loop);
  }

  loop(name: string): ViewLoop | undefined {
    return this.#loops.get(keyOf(name));
  }

  stream(name: string): StoredStream | undefined {
    return this.#streams.get(keyOf(name));
  }

  remove(name: string): void {
    this.#streams.delete(keyOf(name));
    this.#loops.delete(keyOf(name));
  }

  status(): readonly StreamStatus[] {
    const streams = [...this.#streams.values()].map(statusOfStream);
    const views = this.loops.map((loop) => this.#statusOfView(loop));
    return [...streams, ...views].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #statusOfView(loop: ViewLoop): StreamStatus {
    const { definition, sources } = loop.view;
    const { state, message, positions, watermarkMs, pendingOutput, rowsPerSecond } = loop.report;
    const ends = new Map<string, bigint>();
    for (const topic of new Set(sources)) {
      const found = this.#sources.partitions(topic);
      if (typeof found === 'string') continue;
      for (const { partition, endOffset } of found) {
        ends.set(`${topic} ${partition}`, endOffset);
      }
    }
    const partitions = positions.map((position): StreamPartitionStatus => {
      const { topicId: _topicId, ...told } = position;
      const end = ends.get(`${position.topic} ${position.partition}`) ?? position.nextOffset;
      const lag = end > position.nextOffset ? end - position.nextOffset : 0n;
      return { view: definition.name, ...told, lag };
    });
    return {
      ...{ name: definition.name, kind: 'materialized view', state, message, topics: sources },
      ...{ outputTopic: definition.options.topic, watermarkMs, rowsPerSecond, pendingOutput },
      ...{ sql: definition.sql.trim(), partitions },
    };
  }
}

/** Names that SQL does not tell apart. */
function keyOf(name: string): string {
  return tableNameOf(name).toLowerCase();
}

function statusOfStream({ name, topic, sql }: StoredStream): StreamStatus {
  return {
    ...{ name, kind: 'stream', state: 'DECLARED', message: undefined, topics: [topic], sql },
    ...{ outputTopic: undefined, watermarkMs: undefined, rowsPerSecond: 0, pendingOutput: 0 },
    partitions: [],
  };
}
