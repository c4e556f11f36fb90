import { intervalMs } from './interval.ts';
import { isMark, isWord, type SignificantToken } from './significant-tokens.ts';
import type { StatementReader } from './statement-reader.ts';
import type { LatePolicy } from './stream-plan.ts';

/** WITH (…) of CREATE STREAM. */
export interface StreamOptions {
  readonly topic: string;
  /** How long a partition without records holds the watermark back. */
  readonly idleMs?: number;
}

/** WITH (…) of CREATE MATERIALIZED VIEW; what was not given is not there. */
export interface ViewOptions {
  /** The topic that the results go to. */
  readonly topic?: string;
  /** Of the topic, where it has to be made. */
  readonly partitions?: number;
  readonly onError?: 'skip' | 'fail' | 'dlq';
  readonly dlqTopic?: string;
  readonly late?: LatePolicy;
  readonly lateTopic?: string;
  readonly idleMs?: number;
  /** Of sources that have no WATERMARK clause. */
  readonly outOfOrdernessMs?: number;
  /** How long behind the watermark the results of closed windows are kept; all of them for ever when absent. */
  readonly retentionMs?: number;
  /** Where the topics are read from: with what history has, from the start of their logs, or from their ends. */
  readonly start?: 'earliest' | 'earliest-local' | 'latest';
}

interface Option {
  readonly value: string;
  readonly at: SignificantToken;
}

type Options = ReadonlyMap<string, Option>;

/** Names that other systems have for the same. */
const SYNONYMS: Readonly<Record<string, string>> = { kafka_topic: 'topic', scan_startup: 'start' };

export function streamOptionsOf(reader: StatementReader): StreamOptions {
  const options = optionsOf(reader, ['topic', 'idle_ms', 'value_format']);
  const format = options.get('value_format');
  if (format !== undefined && format.value.toLowerCase() !== 'json') {
    throw reader.error(
      `values in ${format.value} cannot be read`,
      "value_format is 'json'",
      format.at,
    );
  }
  const topic = options.get('topic')?.value;
  if (topic === undefined) {
    throw reader.error('the stream has no topic', "add WITH (topic = 'name')", undefined);
  }
  const idleMs = lengthOf(reader, options.get('idle_ms'));
  return { topic, ...(idleMs !== undefined && { idleMs }) };
}

const VIEW_OPTIONS = [
  ...['topic', 'partitions', 'on_error', 'dlq_topic', 'late', 'late_topic', 'idle_ms'],
  ...['out_of_orderness_ms', 'retention', 'start'],
];

export function viewOptionsOf(reader: StatementReader): ViewOptions {
  const options = optionsOf(reader, VIEW_OPTIONS);
  const given = {
    topic: options.get('topic')?.value,
    partitions: lengthOf(reader, options.get('partitions')),
    onError: oneOf(reader, options, 'on_error', ['skip', 'fail', 'dlq'] as const),
    dlqTopic: options.get('dlq_topic')?.value,
    late: oneOf(reader, options, 'late', ['drop', 'topic', 'reemit'] as const),
    lateTopic: options.get('late_topic')?.value,
    idleMs: lengthOf(reader, options.get('idle_ms')),
    outOfOrdernessMs: lengthOf(reader, options.get('out_of_orderness_ms')),
    retentionMs: intervalOf(reader, options.get('retention')),
    start: oneOf(reader, options, 'start', [
      ...(['earliest', 'earliest-local', 'latest'] as const),
    ]),
  };
  if ((given.onError === 'dlq') !== (given.dlqTopic !== undefined)) {
    const hint = "on_error = 'dlq' and dlq_topic = 'name' go together";
    throw reader.error(
      'the topic for records that fail is not clear',
      hint,
      options.get('on_error')?.at,
    );
  }
  if ((given.late === 'topic') !== (given.lateTopic !== undefined)) {
    const hint = "late = 'topic' and late_topic = 'name' go together";
    throw reader.error('the topic for late rows is not clear', hint, options.get('late')?.at);
  }
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as ViewOptions;
}

function optionsOf(reader: StatementReader, known: readonly string[]): Options {
  const options = new Map<string, Option>();
  if (!reader.take('WITH')) return options;
  const parts = reader.takeArguments();
  if (parts === undefined) throw reader.expected("(name = 'value', …)");
  for (const part of parts) {
    const [name, equals, ...value] = part;
    const [first] = value;
    if (name === undefined || !isMark(equals, '=') || first === undefined) {
      throw reader.error("an option is name = 'value'", undefined, name);
    }
    const bare = bareText(name).toLowerCase().replaceAll(/[.-]/g, '_');
    const key = SYNONYMS[bare] ?? bare;
    if (!known.includes(key)) {
      throw reader.error(`there is no option ${bare}`, `there are ${known.join(', ')}`, name);
    }
    if (options.has(key)) throw reader.error(`${key} stands twice`, undefined, name);
    options.set(key, optionOf(reader, value, first));
  }
  return options;
}

function optionOf(
  reader: StatementReader,
  value: readonly SignificantToken[],
  first: SignificantToken,
): Option {
  const text = reader.textOf(value);
  if (/^\d+$/.test(text)) return { value: text, at: first };
  const isText = first.kind === 'text' || isWord(first, 'TRUE', 'FALSE') || first.kind === 'word';
  if (value.length > 1 || !isText) {
    throw reader.error('the value is a text in quotes or a number', undefined, first);
  }
  return { value: bareText(first), at: first };
}

function bareText({ kind, text }: SignificantToken): string {
  return kind === 'text' && text.startsWith("'")
    ? text.slice(1, text.endsWith("'") ? -1 : undefined).replaceAll("''", "'")
    : text;
}

function lengthOf(reader: StatementReader, option: Option | undefined): number | undefined {
  if (option === undefined) return undefined;
  const value = Number(option.value);
  if (Number.isSafeInteger(value) && value >= 0 && /^\d+$/.test(option.value)) return value;
  throw reader.error(`${option.value} is no whole number`, undefined, option.at);
}

function intervalOf(reader: StatementReader, option: Option | undefined): number | undefined {
  if (option === undefined) return undefined;
  const length = intervalMs(option.value);
  if (typeof length === 'number' && length >= 0) return length;
  const hint = "as in retention = '7 days', in units of a fixed length";
  throw reader.error(`${option.value} is no interval`, hint, option.at);
}

function oneOf<Choice extends string>(
  reader: StatementReader,
  options: Options,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const option = options.get(name);
  if (option === undefined) return undefined;
  const found = choices.find((choice) => choice === option.value.toLowerCase());
  if (found !== undefined) return found;
  throw reader.error(`${name} cannot be ${option.value}`, `it is ${choices.join(', ')}`, option.at);
}
