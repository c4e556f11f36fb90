/** A feature, the levels Kafka 4.4 knows of it, and the one this broker runs where nobody chose another. */
export interface Feature {
  readonly name: string;
  readonly minLevel: number;
  readonly maxLevel: number;
  /** 0: the protocol is not served, and the level not told. */
  readonly defaultLevel: number;
  /** Whether the level can be changed: clients act on it, and the broker serves both ways. */
  readonly changeable: boolean;
}

/**
 * A client acts on the finalised levels; those of protocols that are not here yet are told once their APIs come.
 * transaction.version 2 lets producers leave the adding of partitions to the broker, and gives each transaction an
 * epoch (KIP-890). share.version 1 is share groups (KIP-932), 2 their queues of dead letters (KIP-1191).
 * streams.version 1 is streams groups (KIP-1071).
 */
export const FEATURES: readonly Feature[] = [
  fixed('metadata.version', 7, 33, 33),
  fixed('kraft.version', 0, 1, 0),
  {
    ...{ name: 'transaction.version', minLevel: 0, maxLevel: 2 },
    ...{ defaultLevel: 2, changeable: true },
  },
  fixed('group.version', 0, 1, 1),
  fixed('eligible.leader.replicas.version', 0, 1, 0),
  fixed('share.version', 0, 2, 2),
  {
    ...{ name: 'streams.version', minLevel: 0, maxLevel: 1 },
    ...{ defaultLevel: 1, changeable: true },
  },
];

function fixed(name: string, minLevel: number, maxLevel: number, defaultLevel: number): Feature {
  return { name, minLevel, maxLevel, defaultLevel, changeable: false };
}

/** The levels that were chosen, by name. */
export type FeatureLevels = ReadonlyMap<string, number>;

export function featureLevel(levels: FeatureLevels, { name, defaultLevel }: Feature): number {
  return levels.get(name) ?? defaultLevel;
}

/** The level of a feature that is known. */
export function levelOf(levels: FeatureLevels, name: string): number {
  const feature = FEATURES.find((one) => one.name === name);
  return feature === undefined ? 0 : featureLevel(levels, feature);
}

/** The finalised levels above 0, as ApiVersions tells them. */
export function finalizedFeatures(
  levels: FeatureLevels,
): readonly { readonly name: string; readonly level: number }[] {
  return FEATURES.map((feature) => ({
    name: feature.name,
    level: featureLevel(levels, feature),
  })).filter(({ level }) => level > 0);
}
