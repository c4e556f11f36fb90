import { murmur2, toPositive } from '../protocol/hashing.ts';
import type { TopicIdPartition } from '../topic-partition.ts';
import { encodeUtf8 } from '../wire/utf8.ts';
import type { LogConfig } from './log-config.ts';

/**
 * The config as one log has it: its segments end up to `segment.jitter.ms` earlier, so that those of many logs which began
 * together do not all end at once (Kafka's LogConfig.randomSegmentJitter). Kafka draws lots for each segment; here it comes
 * of the log's name, and so is the same each time.
 */
export function withRollJitter<Config extends Pick<LogConfig, 'segmentMs' | 'segmentJitterMs'>>(
  config: Config,
  { topicId, partition }: TopicIdPartition,
): Config {
  const { segmentMs, segmentJitterMs } = config;
  const mostMs = Math.min(segmentJitterMs, segmentMs);
  if (mostMs === 0) return config;
  const share = toPositive(murmur2(encodeUtf8(`${topicId}-${partition}`))) / 2 ** 31;
  return { ...config, segmentMs: segmentMs - Math.floor(share * mostMs) };
}
