import type { StreamPlan } from '../../../domain/sql/streaming/stream-plan.ts';
import type { Watermark } from '../../../domain/sql/streaming/watermark.ts';
import type { TopicSchema } from '../../../domain/sql/topic-schema.ts';
import type { ViewDefinition } from '../../../ports/stream-engine.ts';
import type { ComputedColumn, ViewProgress } from './stream-store.ts';

export interface ViewSource {
  /** As the plan names it: a topic, or a stream over one. */
  readonly name: string;
  readonly topic: string;
  readonly schema: TopicSchema;
  readonly computed: readonly ComputedColumn[];
  readonly columns: readonly string[];
}

/** A view whose plan is made. */
export interface OpenView {
  readonly id: number;
  readonly definition: ViewDefinition;
  readonly plan: StreamPlan;
  readonly sources: readonly ViewSource[];
  readonly progress: ViewProgress;
  readonly watermarks: readonly Watermark[];
}
