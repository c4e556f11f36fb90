import { describe, expect, it } from 'vitest';
import type { BatchKey } from '../../../src/adapters/key-value/log-keys.ts';
import {
  type MarkedSegment,
  SegmentMarksCheck,
} from '../../../src/adapters/key-value/verify-marks.ts';
import { viewOf } from '../../../src/domain/record/record-batch-header.ts';
import { sampleBatches } from '../../../src/testing/log-store/sample-batches.ts';

const BATCHES = sampleBatches(4);
const SIZE = BATCHES[0]!.bytes.length;
const TIMES = BATCHES.map(({ maxTimestampMs }) => maxTimestampMs);
/** Two batches each. */
const SEGMENTS: readonly MarkedSegment[] = [0, 2].map((first) => ({
  baseOffset: BigInt(first),
  startPosition: first * SIZE,
  firstTimestampMs: TIMES[first]!,
  previousMaxTimestampMs: first === 0 ? -1n : TIMES[1]!,
}));
const END = { data: 1, offset: 4n, position: 4 * SIZE, segmentMaxTimestampMs: TIMES[3]! };

function keyOf(i: number): BatchKey {
  const { baseOffset, lastOffset, maxTimestampMs } = BATCHES[i]!;
  const times = { maxTimestampMs, segmentMaxTimestampMs: maxTimestampMs };
  return { baseOffset, lastOffset, position: i * SIZE, sizeBytes: SIZE, ...times };
}

/** What is told of a log whose keys, marks or end are not as they should be. */
function told(
  wrong: {
    key?: Partial<BatchKey>;
    segment?: Partial<MarkedSegment>;
    end?: Partial<typeof END>;
    batches?: number;
  } = {},
): readonly string[] {
  const messages: string[] = [];
  const segments = [SEGMENTS[0]!, { ...SEGMENTS[1]!, ...wrong.segment }];
  const end = { ...END, ...wrong.end };
  const check = new SegmentMarksCheck(segments, end, ({ kind, message }) => {
    expect(kind).toBe('index');
    messages.push(message);
  });
  for (let i = 0; i < (wrong.batches ?? 4); i++) {
    const key = i === 2 ? { ...keyOf(i), ...wrong.key } : keyOf(i);
    check.batch(key, viewOf(BATCHES[i]!.bytes));
  }
  check.end(0n);
  return messages;
}

describe('what a key-value engine knows of its batches', () => {
  it('is nothing to speak of where it is right', () => {
    expect(told()).toEqual([]);
  });

  it.each([
    [{ key: { lastOffset: 7n } }, 'that the batch ends at 7'],
    [{ key: { maxTimestampMs: 5n } }, 'that the largest timestamp is 5'],
    [{ key: { segmentMaxTimestampMs: 5n } }, "that its segment's largest timestamp is 5"],
    [{ key: { position: 1 } }, 'that 1 bytes are before it'],
    [{ segment: { startPosition: 3 } }, 'marked to begin at 3'],
    [{ segment: { firstTimestampMs: 3n } }, 'marked with the time 3'],
    [{ segment: { previousMaxTimestampMs: 3n } }, 'marked with the largest timestamp 3'],
    [{ segment: { baseOffset: 9n } }, 'a segment is marked to begin beyond the batches'],
    [{ end: { offset: 9n } }, 'the stop noted that the log ends at 9'],
    [{ end: { position: 9 } }, 'the stop noted 9 bytes'],
    [{ end: { segmentMaxTimestampMs: 9n } }, 'the stop noted the largest timestamp 9'],
    [{ batches: 3 }, 'its last batch ends at 3'],
    [{ batches: 0 }, 'it is empty'],
  ])('is told where it is wrong (%#)', (wrong, message) => {
    expect(told(wrong).join('\n')).toContain(message);
  });
});
