import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';
import { decodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';

const compression = new NodeCompression();
const NO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
const UUID = /^[\w-]{22}$/;
/** Differ from run to run, or say where the broker runs. */
const PLACES = new Set(['host', 'port', 'clusterId', 'logDir', 'totalBytes', 'usableBytes']);
const MESSAGES = new Set(['errorMessage', 'batchIndexErrorMessage', 'documentation']);

/**
 * Makes JSON of a message, with names in place of what two brokers cannot have in common: the first topic id that a
 * scenario meets is `<id 1>`, and so on. Messages for people keep only whether they are there.
 */
export class Plain {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  of(value: unknown, key = ''): unknown {
    if (value === null || value === undefined) return null;
    if (MESSAGES.has(key)) return value === '' ? '' : '<text>';
    if (PLACES.has(key)) return `<${key}>`;
    if (value instanceof Uint8Array) return key === 'records' ? this.#records(value) : hex(value);
    if (Array.isArray(value)) return value.map((item) => this.of(item, key));
    if (typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, this.of(item, name)]),
      );
    }
    if (typeof value === 'bigint' || typeof value === 'number') return this.#number(value, key);
    if (typeof value === 'string' && UUID.test(value) && value !== NO_UUID) {
      return this.#name('id', value);
    }
    return value;
  }

  #number(value: bigint | number, key: string): unknown {
    if (key === 'sessionId' && Number(value) > 0) return this.#name('session', String(value));
    if (key === 'producerId' && Number(value) >= 0) return this.#name('producer', String(value));
    if (key === 'logAppendTimeMs' && Number(value) > 0) return '<now>';
    return Number(value);
  }

  #name(kind: string, value: string): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#names.set(value, name);
    return name;
  }

  #records(bytes: Uint8Array): unknown {
    if (bytes.length === 0) return 'no bytes';
    const batches: unknown[] = [];
    let end = 0;
    try {
      for (const { bytes: one } of batchesOf(bytes)) {
        const { crc: _, ...batch } = decodeRecordBatch(one, { compression });
        if (batch.timestampType === 'LogAppendTime') {
          const stamped = {
            maxTimestamp: '<now>',
            records: batch.records.map((r) => hex(r.value)),
          };
          batches.push(this.of({ ...batch, ...stamped }));
        } else batches.push(this.of(batch));
        end += one.length;
      }
    } catch {
      batches.push('undecodable');
    }
    return { batches, cut: bytes.length - end };
  }
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1').slice(0, 40);
}
