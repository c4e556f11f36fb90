import { KafkaError } from '../../kafka-error.ts';
import { LinearPattern } from '../../pattern/linear-pattern.ts';
import { PatternSyntaxError } from '../../pattern/pattern-syntax.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { METADATA_REFRESH_INTERVAL_MS } from '../modern/assigned-group.ts';
import { isSameList } from '../modern/modern-group-member.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupLog, Put } from './consumer-group-log.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import type { ConsumerRebalance } from './consumer-rebalance.ts';

/** A group's expressions are resolved together, and not more often than this. */
const MIN_REFRESH_INTERVAL_MS = 10_000;

export interface RegexUpdate {
  readonly hasChanged: boolean;
  /** Whether the topics it stands for are known, so that there is something to assign. */
  readonly isResolved: boolean;
}

/**
 * Subscriptions by regular expression: which topics they stand for is worked out after the heartbeat that brings one was
 * answered, for all expressions of the group at once, and again when there are new topics.
 */
export class TopicRegexes {
  readonly #o: GroupEnvironment;
  readonly #log: ConsumerGroupLog;
  readonly #rebalance: ConsumerRebalance;
  readonly #scheduled = new Set<string>();

  constructor(environment: GroupEnvironment, log: ConsumerGroupLog, rebalance: ConsumerRebalance) {
    this.#o = environment;
    this.#log = log;
    this.#rebalance = rebalance;
  }

  /** Throws INVALID_REGULAR_EXPRESSION. */
  check(group: ConsumerGroup | undefined, regex: string | null): void {
    if (regex === null || regex === '') return;
    if (group === undefined || group.regexSubscriberCount(regex) === 0) patternOf(regex);
  }

  /** After the member's subscription was put in. */
  update(
    group: ConsumerGroup,
    before: ConsumerGroupMember | undefined,
    member: ConsumerGroupMember,
    put: Put,
  ): RegexUpdate {
    const [old, regex] = [before?.subscribedTopicRegex ?? '', member.subscribedTopicRegex ?? ''];
    const hasChanged = old !== regex;
    if (hasChanged && old !== '') forgetUnused(group, [old], put);
    this.#refreshIfDue(group);
    const isResolved = hasChanged && (regex === '' || group.regexes.has(regex));
    return { hasChanged, isResolved };
  }

  #refreshIfDue(group: ConsumerGroup): void {
    const { groupId } = group;
    const subscribed = [...group.subscribedRegexes()];
    if (subscribed.length === 0 || this.#scheduled.has(groupId)) return;
    const nowMs = this.#o.context.nowMs();
    const last = lastRefresh(group);
    if (nowMs <= last.timestampMs + MIN_REFRESH_INTERVAL_MS) return;
    const isDue =
      subscribed.some((regex) => !group.regexes.has(regex)) ||
      last.version < this.#newTopicsVersion ||
      nowMs > last.timestampMs + this.#o.config.consumer.regexRefreshIntervalMs;
    if (!isDue) return;
    this.#scheduled.add(groupId);
    this.#o.context.schedule(`consumer-regex\0${groupId}`, 0, () => {
      this.#scheduled.delete(groupId);
      this.#resolve(groupId);
    });
  }

  #newTopicsVersion = 0n;

  /** Expressions that were resolved before may match more by now. */
  onNewTopics(version: bigint): void {
    this.#newTopicsVersion = version;
  }

  #resolve(groupId: string): void {
    const group = this.#log.find(groupId);
    if (group === undefined) return;
    const { topicsByName, version } = this.#o.image();
    const timestampMs = this.#o.context.nowMs();
    // Nobody waits for it: what cannot be stored now is resolved with a later heartbeat.
    this.#log.write(
      groupId,
      (put) => {
        let hasChanged = false;
        for (const regex of [...group.subscribedRegexes()]) {
          const topics = matching(regex, topicsByName);
          hasChanged ||= !isSameList(group.regexes.get(regex)?.topics ?? [], topics);
          const value = { topics, version, timestampMs };
          put({ kind: 'regex', groupId, regularExpression: regex, value });
        }
        const hash = group.computeMetadataHash(this.#o.image());
        if (!hasChanged && hash === group.metadataHash) return;
        this.#rebalance.bumpGroupEpoch(group, put, hash);
        group.setMetadataRefresh(timestampMs + METADATA_REFRESH_INTERVAL_MS);
      },
      () => {},
    );
  }
}

/** Forgets the topics of expressions that nobody subscribes to any more. */
export function forgetUnused(group: ConsumerGroup, regexes: Iterable<string>, put: Put): void {
  for (const regex of regexes) {
    if (group.regexSubscriberCount(regex) > 0 || !group.regexes.has(regex)) continue;
    const { groupId } = group;
    put({ kind: 'regex', groupId, regularExpression: regex, value: undefined });
  }
}

/** The oldest of the group's expressions says when it was; of a group without any, long ago. */
function lastRefresh(group: ConsumerGroup): { version: bigint; timestampMs: number } {
  for (const { version, timestampMs } of group.regexes.values()) return { version, timestampMs };
  return { version: 0n, timestampMs: Number.NEGATIVE_INFINITY };
}

function patternOf(regex: string): LinearPattern {
  try {
    return new LinearPattern(regex);
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    const message = `The regular expression is not one of RE2: ${error.message}.`;
    throw new KafkaError('INVALID_REGULAR_EXPRESSION', message);
  }
}

/** In order. An expression of the log that only another version can read matches nothing. */
function matching(
  regex: string,
  topicsByName: ReadonlyMap<string, { readonly internal: boolean }>,
) {
  let pattern: LinearPattern;
  try {
    pattern = patternOf(regex);
  } catch {
    return [];
  }
  return [...topicsByName.keys()].filter((name) => pattern.matches(name)).sort();
}
