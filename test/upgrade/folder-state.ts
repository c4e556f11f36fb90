import type { RunningBroker } from '../../src/app/running-broker.ts';
import { VersionedMap } from '../../src/domain/topic/versioned-map.ts';
import { stateOf } from '../app/storage/filled-broker.ts';

/** What was committed must not be too old, whenever this is. */
export const SETTINGS = { 'offsets.retention.minutes': '2147483647' };

/** What clients see of a broker, as it is written down beside a folder. */
export async function folderState(broker: RunningBroker): Promise<unknown> {
  return JSON.parse(JSON.stringify(await stateOf(broker), plain));
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  const isMap = value instanceof Map || value instanceof VersionedMap;
  return isMap ? Object.fromEntries(value) : value;
}
