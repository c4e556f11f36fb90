import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';
import { retentionOffset } from '../../../src/domain/log/retention.ts';

const SEGMENTS = [
  { nextOffset: 10n, sizeBytes: 100, maxTimestampMs: 1000n },
  { nextOffset: 20n, sizeBytes: 100, maxTimestampMs: 5000n },
  { nextOffset: 30n, sizeBytes: 100, maxTimestampMs: 2000n },
];
const STATE = { nowMs: 10_000n, sizeBytes: 300, highWatermark: 30n };
const FOR_EVER = { ...DEFAULT_LOG_CONFIG, retentionMs: -1, retentionBytes: -1 };

describe('retention', () => {
  it('keeps everything unless told otherwise', () => {
    expect(retentionOffset(SEGMENTS, FOR_EVER, STATE)).toBeUndefined();
  });

  it('drops by time from the start, stopping at the first young segment', () => {
    expect(retentionOffset(SEGMENTS, { ...FOR_EVER, retentionMs: 7000 }, STATE)).toBe(10n);
    expect(retentionOffset(SEGMENTS, { ...FOR_EVER, retentionMs: 4000 }, STATE)).toBe(30n);
  });

  it('drops by size while enough is left', () => {
    expect(retentionOffset(SEGMENTS, { ...FOR_EVER, retentionBytes: 200 }, STATE)).toBe(10n);
    expect(retentionOffset(SEGMENTS, { ...FOR_EVER, retentionBytes: 201 }, STATE)).toBeUndefined();
    expect(retentionOffset(SEGMENTS, { ...FOR_EVER, retentionBytes: 0 }, STATE)).toBe(30n);
  });

  it('leaves what is above the high watermark, without a timestamp, or only compacted', () => {
    const config = { ...FOR_EVER, retentionMs: 0 };
    expect(retentionOffset(SEGMENTS, config, { ...STATE, highWatermark: 15n })).toBe(10n);
    const untimed = SEGMENTS.map((segment) => ({ ...segment, maxTimestampMs: -1n }));
    expect(retentionOffset(untimed, config, STATE)).toBeUndefined();
    const compacted = { ...config, cleanupPolicy: ['compact'] as const };
    expect(retentionOffset(SEGMENTS, compacted, STATE)).toBeUndefined();
  });
});
