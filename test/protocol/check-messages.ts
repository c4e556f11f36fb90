import { codec } from '../../src/domain/protocol/compile.ts';
import * as protocol from '../../src/domain/protocol/index.ts';
import type { ApiDefinition, Message } from '../../src/domain/protocol/schema.ts';
import { WireReader } from '../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../src/domain/wire/wire-writer.ts';
import { assertDecoded, fromGoldenJson } from './golden-json.ts';
import { assertEqual, hex, unhex, type Vector, type VectorChecker } from './vector-checker.ts';

type Json = Record<string, unknown>;

const API_BY_KEY = new Map(protocol.ALL_APIS.map((api) => [api.key, api]));

function apiOf(vector: Vector): ApiDefinition {
  const api = API_BY_KEY.get(vector.key);
  if (api === undefined) throw new Error(`no table for key ${vector.key}`);
  assertEqual(api.name, vector.api, 'name');
  return api;
}

function messageNamed(name: string): Message {
  const message = (protocol as Record<string, unknown>)[name] as Message | undefined;
  if (message?.name !== name) throw new Error(`no table for ${name}`);
  return message;
}

/** Decodes and compares, then encodes both the JSON and the decoded value and compares bytes. */
function checkMessage(
  message: Message,
  version: number,
  bytes: Uint8Array,
  json: Json,
  hasUnknownTags: boolean,
): void {
  const codecOfVersion = codec(message, version);
  const reader = new WireReader(bytes);
  const value = codecOfVersion.decode(reader) as Json;
  assertEqual(reader.remaining, 0, `${message.name} v${version}: bytes left`);
  assertDecoded(message, version, value, json);
  for (const input of [fromGoldenJson(message, json), value]) {
    const writer = new WireWriter();
    codecOfVersion.encode(writer, input);
    const length = writer.length;
    const encoded = writer.toUint8Array();
    assertEqual(encoded.length, length, 'length before and after finish');
    // We drop tags nobody knows, which Kafka allows: then only the values can be the same.
    if (hasUnknownTags) {
      assertDecoded(message, version, codecOfVersion.decode(new WireReader(encoded)) as Json, json);
    } else {
      assertEqual(hex(encoded), hex(bytes), `${message.name} v${version} encoded`);
    }
  }
}

function checkRequestOrResponse(vector: Vector): void {
  const api = apiOf(vector);
  const { version, headerBytes } = vector;
  const isRequest = vector.kind === 'request';
  const headerVersion = isRequest
    ? protocol.requestHeaderVersion(api, version)
    : protocol.responseHeaderVersion(api, version);
  assertEqual(headerVersion, vector.headerVersion, 'header version');
  const bytes = unhex(vector.hex);
  checkMessage(
    isRequest ? protocol.RequestHeader : protocol.ResponseHeader,
    headerVersion,
    bytes.subarray(0, headerBytes),
    vector.header,
    vector.unknownHeaderTags !== undefined,
  );
  checkMessage(
    isRequest ? api.request : api.response,
    version,
    bytes.subarray(headerBytes),
    vector.json,
    vector.unknownTags !== undefined,
  );
}

function checkPrefixed(vector: Vector): void {
  const message = messageNamed(vector.name);
  const bytes = unhex(vector.hex);
  const isKey = vector.kind === 'coordinator-key';
  if (vector.recordType !== undefined) {
    assertEqual(message.recordType, vector.recordType, 'record type');
  }
  const prefix = isKey ? vector.recordType : vector.version;
  assertEqual(protocol.leadingInt16(bytes), prefix, 'prefix');
  const hasUnknownTags = vector.unknownTags !== undefined;
  checkMessage(message, vector.version, bytes.subarray(2), vector.json, hasUnknownTags);
  const value = isKey
    ? protocol.decodeRecordKey(message, bytes)
    : protocol.decodeRecord(message, bytes);
  if (hasUnknownTags) return;
  const encoded = isKey
    ? protocol.encodeRecordKey(message, value)
    : protocol.encodeRecord(message, vector.version, value);
  assertEqual(hex(encoded), vector.hex, `${message.name} with its prefix`);
}

const PREFIXED = new Set(['data', 'coordinator-key', 'coordinator-value']);

export const checkers: readonly VectorChecker[] = [
  {
    form: 'requests and responses',
    recognises: (vector) =>
      (vector.kind === 'request' || vector.kind === 'response') && 'headerBytes' in vector,
    check: checkRequestOrResponse,
  },
  {
    form: 'headers',
    recognises: (vector) => vector.kind === 'header' && 'hex' in vector,
    check: (vector) => {
      const hasUnknownTags = vector.unknownTags !== undefined;
      const bytes = unhex(vector.hex);
      checkMessage(messageNamed(vector.name), vector.version, bytes, vector.json, hasUnknownTags);
    },
  },
  {
    form: 'data and coordinator records',
    recognises: (vector) => PREFIXED.has(vector.kind) && 'prefix' in vector,
    check: checkPrefixed,
  },
  {
    form: 'error responses',
    recognises: (vector) => 'requestHex' in vector && 'errorCode' in vector && 'key' in vector,
    check: (vector) => {
      const api = apiOf(vector);
      const { version } = vector;
      checkMessage(api.request, version, unhex(vector.requestHex), vector.request, false);
      checkMessage(api.response, version, unhex(vector.responseHex), vector.response, false);
    },
  },
];
