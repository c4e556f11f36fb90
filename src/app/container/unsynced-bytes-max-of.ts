import { totalmem } from 'node:os';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';

const AT_LEAST_BYTES = 64 * 1024 * 1024;
/** Linux makes writers wait from some 15 % of the memory in written pages on: half of that is left to others. */
const PART_OF_MEMORY = 16;

/** How much may be written and not synced; by the memory there is where the config does not say. */
export function unsyncedBytesMaxOf(config: BrokerConfig): number {
  const configured = Number(config.get('storage.unsynced_bytes_max'));
  if (configured >= 0) return Math.max(1, configured);
  const constrained = process.constrainedMemory();
  const memoryBytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.max(AT_LEAST_BYTES, Math.floor(memoryBytes / PART_OF_MEMORY));
}
