/** The mechanisms a credential can be for; numbers are those of Kafka's ScramMechanism (KIP-554). */
export const SCRAM_MECHANISM_TYPES = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const;

export type ScramMechanism = keyof typeof SCRAM_MECHANISM_TYPES;

export const SCRAM_MECHANISMS = Object.keys(SCRAM_MECHANISM_TYPES) as readonly ScramMechanism[];

/** Undefined for a number that stands for no mechanism. */
export function scramMechanismOf(type: number): ScramMechanism | undefined {
  return SCRAM_MECHANISMS.find((mechanism) => SCRAM_MECHANISM_TYPES[mechanism] === type);
}
