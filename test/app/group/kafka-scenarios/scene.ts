// biome-ignore lint/suspicious/noExplicitAny: answers of every API and version.
export type Answer = any;

/** Sends a request on the connection that belongs to a client id. */
export type Send = (
  client: string,
  api: string,
  version: number,
  request: object,
) => Promise<Answer>;

export interface Line {
  readonly asked: string;
  answer?: unknown;
}

export interface SceneOptions {
  readonly name: string;
  readonly topicId: string;
  /** The ids of further topics, by their names. */
  readonly topicIds?: Readonly<Record<string, string>>;
  readonly send: Send;
  readonly sleep: (ms: number) => Promise<void>;
}

const MEMBER_ID = /\b(\w+)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Ids that a coordinator gives to classic members of consumer groups: Kafka's are in base64. */
const GIVEN_ID = /"memberId":"([A-Za-z0-9_-]{22}|[0-9a-f-]{36})"/g;

/**
 * One scenario on one group and a topic `t` of one partition. What was answered is written down with the random
 * parts (member ids, the topic's id) replaced by names, so that two brokers can be compared line by line.
 */
export class Scene {
  readonly group: string;
  readonly topicId: string;
  readonly lines: Line[] = [];
  private readonly o: SceneOptions;
  private readonly names = new Map<string, string>();

  constructor(options: SceneOptions) {
    this.o = options;
    this.group = options.name;
    this.topicId = options.topicId;
  }

  /** The line's place is that of the request; `view` keeps what is worth comparing. */
  async ask(
    client: string,
    api: string,
    version: number,
    request: object,
    view: (answer: Answer) => unknown = (answer) => answer,
  ): Promise<Answer> {
    const line: Line = { asked: `${client}: ${api} ${version}` };
    this.lines.push(line);
    const answer = await this.o.send(client, api, version, request);
    line.answer = this.plain(view(answer));
    return answer;
  }

  topicIdOf(name: string): string {
    return this.o.topicIds?.[name] ?? this.topicId;
  }

  async sleep(ms: number): Promise<void> {
    await this.o.sleep(ms);
  }

  async noteWaiting(what: string, answer: Promise<Answer>): Promise<void> {
    const waiting = Symbol('waiting');
    await this.o.sleep(100);
    const first = await Promise.race([answer, Promise.resolve(waiting)]);
    this.lines.push({ asked: `${what} waits`, answer: first === waiting });
  }

  private plain(answer: unknown): unknown {
    const text = JSON.stringify(answer, (_, value) => {
      if (typeof value === 'bigint') return `${value}n`;
      if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
      if (value?.type === 'Buffer') return Buffer.from(value.data).toString('hex');
      return value;
    });
    let named = text
      .replaceAll(this.topicId, 'id-of-t')
      .replace(MEMBER_ID, (id, client) => this.nameOf(id, client));
    for (const [name, id] of Object.entries(this.o.topicIds ?? {})) {
      named = named.replaceAll(id, `id-of-${name}`);
    }
    const told = named.replace(GIVEN_ID, (_, id) => `"memberId":"${this.nameOf(id, 'given')}"`);
    return sorted(JSON.parse(told));
  }

  private nameOf(memberId: string, client: string): string {
    const known = this.names.get(memberId);
    if (known !== undefined) return known;
    const isSame = (other: string) => other.startsWith(`${client}#`);
    const name = `${client}#${[...this.names.values()].filter(isSame).length + 1}`;
    this.names.set(memberId, name);
    return name;
  }
}

/** Kafka lists members and groups in the order of a hash map. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).toSorted(byId);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sorted(inner)]));
}

function byId(a: Answer, b: Answer): number {
  const [one, other] = [a, b].map(
    (item) =>
      item?.memberId ?? item?.groupId ?? assignedTopic(item ?? {}) ?? item?.partitionIndex ?? '',
  );
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Of an assignment, whose partitions are numbers. */
function assignedTopic({ topicId, partitions }: Answer): string | undefined {
  return typeof partitions?.[0] === 'number' ? topicId : undefined;
}
