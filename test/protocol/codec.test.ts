import { describe, expect, it } from 'vitest';
import {
  ConfigRecord,
  codec,
  decodeMetadataRecord,
  decodeRecordKey,
  encodeMetadataRecord,
  encodeRecordKey,
  FetchApi,
  GroupMetadataKey,
  MetadataApi,
  metadataRecordAs,
  OffsetCommitKey,
  OffsetFetchApi,
  ProduceApi,
  TopicRecord,
} from '../../src/domain/protocol/index.ts';
import type { Message } from '../../src/domain/protocol/schema.ts';
import { ProtocolError } from '../../src/domain/wire/protocol-error.ts';
import { WireReader } from '../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../src/domain/wire/wire-writer.ts';

function encoded(message: Message, version: number, value: unknown): Uint8Array {
  const writer = new WireWriter();
  codec(message, version).encode(writer, value as never);
  return writer.toUint8Array();
}

describe('a compiled codec', () => {
  it('fills in what the encoder was not given and what the version lacks', () => {
    const bytes = encoded(MetadataApi.request, 4, { topics: null });
    const request = codec(MetadataApi.request, 4).decode(new WireReader(bytes));
    expect(request).toEqual({
      topics: null,
      allowAutoTopicCreation: true,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    });
  });

  it('drops an ignorable value the version lacks and refuses another', () => {
    const topic = { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', name: 'a' };
    expect(encoded(MetadataApi.request, 1, { topics: [topic] })).toEqual(
      encoded(MetadataApi.request, 1, { topics: [{ name: 'a' }] }),
    );
    expect(() =>
      encoded(MetadataApi.request, 3, { topics: [], allowAutoTopicCreation: false }),
    ).toThrow(new ProtocolError('MetadataRequest v3 cannot carry allowAutoTopicCreation'));
    const groups = [{ groupId: 'g', topics: null }];
    expect(() => encoded(OffsetFetchApi.request, 1, { groupId: 'g', topics: [], groups })).toThrow(
      ProtocolError,
    );
  });

  it('refuses null where a version has none, in both directions', () => {
    expect(() => encoded(MetadataApi.request, 0, { topics: null })).toThrow(ProtocolError);
    const nullArray = new WireReader(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
    expect(() => codec(MetadataApi.request, 0).decode(nullArray)).toThrow(ProtocolError);
  });

  it('refuses versions that do not exist', () => {
    for (const version of [-1, 14, 1.5]) {
      expect(() => codec(MetadataApi.request, version)).toThrow(ProtocolError);
    }
  });

  it('is compiled once', () => {
    expect(codec(MetadataApi.request, 12)).toBe(codec(MetadataApi.request, 12));
  });

  it('gives records as views on the frame', () => {
    const records = new Uint8Array([1, 2, 3]);
    const request = {
      transactionalId: null,
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 0, records }] }],
    };
    const frame = encoded(ProduceApi.request, 9, request);
    const decoded = codec(ProduceApi.request, 9).decode(new WireReader(frame));
    const view = decoded.topicData[0]?.partitionData[0]?.records;
    expect(view).toEqual(records);
    expect(view?.buffer).toBe(frame.buffer);
  });

  it('passes slices of records on uncopied and counts them', () => {
    const slices = [new Uint8Array(5000).fill(1), new Uint8Array(6000).fill(2)];
    const writer = new WireWriter();
    codec(FetchApi.response, 17).encode(writer, {
      throttleTimeMs: 0,
      responses: [
        {
          topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
          partitions: [
            {
              partitionIndex: 0,
              errorCode: 0,
              highWatermark: 9n,
              abortedTransactions: null,
              records: slices,
            },
          ],
        },
      ],
    });
    const pieces = writer.finish();
    expect(pieces).toContain(slices[0]);
    expect(pieces).toContain(slices[1]);
    const reader = new WireReader(new Uint8Array(Buffer.concat(pieces)));
    const response = codec(FetchApi.response, 17).decode(reader);
    expect(reader.remaining).toBe(0);
    expect(response.responses[0]?.partitions[0]?.records).toHaveLength(11_000);
  });
});

describe('records', () => {
  it('tell coordinator keys apart by their type', () => {
    const key = encodeRecordKey(OffsetCommitKey, { group: 'g', topic: 't', partition: 3 });
    expect(decodeRecordKey(OffsetCommitKey, key)).toEqual({ group: 'g', topic: 't', partition: 3 });
    expect(() => decodeRecordKey(GroupMetadataKey, key)).toThrow(ProtocolError);
  });

  it('frame metadata records as Kafka does', () => {
    const value = { name: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' };
    const bytes = encodeMetadataRecord(TopicRecord, 0, value);
    expect([...bytes.subarray(0, 3)]).toEqual([1, 2, 0]);
    const record = decodeMetadataRecord(bytes);
    expect(metadataRecordAs(record, TopicRecord)).toEqual(value);
    expect(metadataRecordAs(record, ConfigRecord)).toBeUndefined();
    expect(() => decodeMetadataRecord(new Uint8Array([1, 99, 0]))).toThrow(ProtocolError);
    expect(() => decodeMetadataRecord(new Uint8Array([0, 2, 0]))).toThrow(ProtocolError);
  });

  it('keep nothing of a record that could not be encoded, and nothing of one another', () => {
    const topics = Array.from({ length: 600 }, (_, n) => 't'.repeat(n % 40));
    const fields = (topic: string, partition: number) => ({ group: 'g', topic, partition });
    const keys = topics.map((topic, n) => {
      const tooLong = { group: 'g', topic: 't'.repeat(40_000), partition: n };
      expect(() => encodeRecordKey(OffsetCommitKey, tooLong)).toThrow(ProtocolError);
      return encodeRecordKey(OffsetCommitKey, fields(topic, n));
    });
    expect(keys.map((key) => decodeRecordKey(OffsetCommitKey, key))).toEqual(topics.map(fields));
    const large = encodeRecordKey(OffsetCommitKey, fields('t'.repeat(20_000), 1));
    const after = encodeRecordKey(OffsetCommitKey, fields('u', 2));
    expect(decodeRecordKey(OffsetCommitKey, large).topic).toHaveLength(20_000);
    expect(decodeRecordKey(OffsetCommitKey, after)).toEqual(fields('u', 2));
  });
});
