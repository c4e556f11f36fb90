/** The name of a topic that needs no quotes in SQL. */
export function tableNameOf(topic: string): string {
  return topic.replaceAll(/[-.]/g, '_');
}

/** Finds topics by either of their names, without regard to case unless two differ in nothing else. */
export class TopicTables {
  readonly #byName = new Map<string, string>();
  readonly topics: readonly string[];

  constructor(topics: readonly string[]) {
    this.topics = topics;
    for (const topic of topics) this.#byName.set(topic, topic);
    // A topic that has the name goes before one that is only written so.
    for (const topic of topics) this.#add(topic.toLowerCase(), topic);
    for (const topic of topics) this.#add(tableNameOf(topic).toLowerCase(), topic);
  }

  find(name: string): string | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase());
  }

  #add(name: string, topic: string): void {
    if (!this.#byName.has(name)) this.#byName.set(name, topic);
  }
}
