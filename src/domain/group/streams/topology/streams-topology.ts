/**
 * The topology of a streams group (KIP-1071) as its members send it and its record keeps it: the message's and the
 * record's fields are the same.
 */
export interface StreamsTopology {
  readonly epoch: number;
  readonly subtopologies: readonly Subtopology[];
}

export interface Subtopology {
  readonly subtopologyId: string;
  readonly sourceTopics: readonly string[];
  readonly sourceTopicRegex: readonly string[];
  readonly stateChangelogTopics: readonly TopicInfo[];
  readonly repartitionSinkTopics: readonly string[];
  readonly repartitionSourceTopics: readonly TopicInfo[];
  readonly copartitionGroups: readonly CopartitionGroup[];
}

/** An internal topic as the application wants it. */
export interface TopicInfo {
  readonly name: string;
  /** 0: it follows from other topics; always so for changelogs. */
  readonly partitions: number;
  /** 0: the broker's default. */
  readonly replicationFactor: number;
  readonly topicConfigs: readonly { readonly key: string; readonly value: string }[];
}

/** Indexes into the subtopology's lists. */
export interface CopartitionGroup {
  readonly sourceTopics: readonly number[];
  readonly sourceTopicRegex: readonly number[];
  readonly repartitionSourceTopics: readonly number[];
}

/** The topics without which no task can run: sources, repartition sources and changelogs. */
export function requiredTopics({ subtopologies }: StreamsTopology): ReadonlySet<string> {
  const names = new Set<string>();
  for (const each of subtopologies) {
    for (const name of each.sourceTopics) names.add(name);
    for (const { name } of each.repartitionSourceTopics) names.add(name);
    for (const { name } of each.stateChangelogTopics) names.add(name);
  }
  return names;
}

/** Every topic a member names, repartition sinks too: what it must be allowed to describe. */
export function namedTopics({ subtopologies }: StreamsTopology): ReadonlySet<string> {
  const names = new Set<string>();
  for (const each of subtopologies) {
    for (const name of each.sourceTopics) names.add(name);
    for (const name of each.repartitionSinkTopics) names.add(name);
    for (const { name } of each.repartitionSourceTopics) names.add(name);
    for (const { name } of each.stateChangelogTopics) names.add(name);
  }
  return names;
}

/** Whether two members run the same topology; the order of subtopologies says nothing, that within one does. */
export function isSameTopology(a: StreamsTopology, b: StreamsTopology): boolean {
  return a.epoch === b.epoch && canonicalText(a) === canonicalText(b);
}

function canonicalText({ subtopologies }: StreamsTopology): string {
  const sorted = [...subtopologies].sort((a, b) => (a.subtopologyId < b.subtopologyId ? -1 : 1));
  return JSON.stringify(
    sorted.map((each) => [
      each.subtopologyId,
      each.sourceTopics,
      each.sourceTopicRegex,
      each.stateChangelogTopics.map(topicInfoValues),
      each.repartitionSinkTopics,
      each.repartitionSourceTopics.map(topicInfoValues),
      each.copartitionGroups.map((group) => [
        group.sourceTopics,
        group.sourceTopicRegex,
        group.repartitionSourceTopics,
      ]),
    ]),
  );
}

function topicInfoValues({ name, partitions, replicationFactor, topicConfigs }: TopicInfo) {
  return [name, partitions, replicationFactor, topicConfigs.map(({ key, value }) => [key, value])];
}
