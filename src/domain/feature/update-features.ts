import { KafkaError } from '../kafka-error.ts';
import type { MetadataRecord } from '../topic/metadata-record.ts';
import { FEATURES, type FeatureLevels, featureLevel } from './features.ts';

export interface FeatureUpdate {
  readonly feature: string;
  readonly level: number;
  readonly way: 'upgrade' | 'safe-downgrade' | 'unsafe-downgrade' | 'unknown';
}

/** All updates or none (Kafka's FeatureControlManager). Throws INVALID_UPDATE_VERSION, naming the feature. */
export function planFeatureUpdates(
  levels: FeatureLevels,
  updates: readonly FeatureUpdate[],
): readonly MetadataRecord[] {
  const wanted = new Map<string, FeatureUpdate>();
  // Kafka takes the last of those for one feature.
  for (const update of updates) wanted.set(update.feature, update);
  const records: MetadataRecord[] = [];
  for (const update of wanted.values()) {
    const record = updated(levels, update);
    if (record !== undefined) records.push(record);
  }
  return records;
}

function updated(
  levels: FeatureLevels,
  { feature: name, level, way }: FeatureUpdate,
): MetadataRecord | undefined {
  const refuse = (why: string): KafkaError =>
    new KafkaError(
      'INVALID_UPDATE_VERSION',
      `nothing was updated, for ${name} cannot get level ${level}: ${why}`,
    );
  const feature = FEATURES.find((known) => known.name === name);
  if (level < 0) throw refuse('a level is 0 or more');
  if (feature === undefined) throw refuse('this broker does not know the feature');
  const { minLevel, maxLevel, changeable } = feature;
  // Level 0 switches any feature off that may be off at all.
  if (level > maxLevel || level < minLevel) {
    throw refuse(`this broker supports ${minLevel} to ${maxLevel}`);
  }
  const now = featureLevel(levels, feature);
  if (way === 'unknown') throw refuse('the upgrade type is unknown');
  if (level === now) return undefined;
  if (level < now && way === 'upgrade') {
    throw refuse('going down needs the upgrade type "safe downgrade" or "unsafe downgrade"');
  }
  if (!changeable) throw refuse(`this broker runs at ${now} and cannot change that`);
  return { kind: 'featureLevel', name, level };
}
