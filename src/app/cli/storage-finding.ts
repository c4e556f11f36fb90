import { relative } from 'node:path';
import type { StorageFinding } from '../../ports/store-inspector.ts';
import { tableText } from './output.ts';

/** A finding as programs get it. */
export interface ShownFinding {
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: bigint | null;
  readonly kind: string;
  /** Within the data folder. */
  readonly file: string | null;
  readonly position: number | null;
  readonly message: string;
}

const COLUMNS = [
  { title: 'TOPIC' },
  { title: 'PARTITION', align: 'right' },
  { title: 'OFFSET', align: 'right' },
  { title: 'KIND' },
  { title: 'FILE' },
  { title: 'POSITION', align: 'right' },
  { title: 'FINDING' },
] as const;

export function shownFinding(finding: StorageFinding, directory: string): ShownFinding {
  const { topic, partition, offset, kind, file, position, message } = finding;
  return {
    topic: topic ?? null,
    partition: partition ?? null,
    offset: offset ?? null,
    kind,
    file: file === undefined ? null : relative(directory, file),
    position: position ?? null,
    message,
  };
}

export function findingTable(findings: readonly ShownFinding[]): string {
  const rows = findings.map((each) => [
    ...[each.topic, each.partition, each.offset, each.kind],
    ...[each.file, each.position, each.message],
  ]);
  return tableText(COLUMNS, rows);
}

/** In one line: `orders-0, offset 12, orders-0/00000000000000000000.log at 345: …` */
export function findingText(finding: ShownFinding): string {
  const { topic, partition, offset, file, position, message } = finding;
  const places = [
    topic === null ? undefined : `${topic}-${partition}`,
    offset === null ? undefined : `offset ${offset}`,
    file === null ? undefined : `${file}${position === null ? '' : ` at ${position}`}`,
  ].filter((place) => place !== undefined);
  return places.length === 0 ? message : `${places.join(', ')}: ${message}`;
}
