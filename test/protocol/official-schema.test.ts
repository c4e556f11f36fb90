import { describe, expect, it } from 'vitest';
import type { Fields, FieldType } from '../../src/domain/protocol/field.ts';
import { defaultOf } from '../../src/domain/protocol/field-source.ts';
import * as protocol from '../../src/domain/protocol/index.ts';
import type { Message } from '../../src/domain/protocol/schema.ts';
import {
  type FieldFacts,
  type FieldInVersion,
  includes,
  isOfficialSchemaPresent,
  type OfficialMessage,
  officialApis,
  officialFacts,
  officialFields,
  officialMessages,
} from './official-schema.ts';

/** Kept by name alone in Kafka 4: no versions, no fields. */
const REMOVED = ['LeaderAndIsr', 'StopReplica', 'UpdateMetadata', 'ControlledShutdown'];

const tables = new Map<string, Message>();
for (const value of Object.values(protocol) as unknown[]) {
  if (isMessage(value)) tables.set(value.name, value);
}
for (const api of protocol.ALL_APIS) {
  tables.set(api.request.name, api.request);
  tables.set(api.response.name, api.response);
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'fields' in value && 'versions' in value;
}

function typeName(type: FieldType): string {
  return type.kind === 'array' ? `[]${typeName(type.element)}` : type.kind;
}

function membersOf(type: FieldType): Fields | undefined {
  if (type.kind === 'array') return membersOf(type.element);
  return type.kind === 'struct' ? type.fields : undefined;
}

function tableFields(fields: Fields, version: number): FieldInVersion[] {
  const found: FieldInVersion[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const { since, until, nullableSince, tag, isInflexible } = field.options;
    if (version < since || version > until) continue;
    const members = membersOf(field.type);
    found.push({
      name,
      type: typeName(field.type),
      nullable: version >= nullableSince,
      tag,
      isInflexible,
      fields: members === undefined ? undefined : tableFields(members, version),
    });
  }
  return found;
}

function tableFacts(fields: Fields, path = '', into = new Map<string, FieldFacts>()) {
  for (const [name, field] of Object.entries(fields)) {
    const at = `${path}.${name}`;
    into.set(at, { default: defaultOf(field), isIgnorable: field.options.isIgnorable });
    const members = membersOf(field.type);
    if (members !== undefined) tableFacts(members, at, into);
  }
  return into;
}

function compareVersions(message: Message, official: OfficialMessage): void {
  const [min, max] = message.versions;
  for (let version = 0; version <= max + 1; version++) {
    const valid = version >= min && version <= max;
    expect(includes(official.validVersions, version), `version ${version}`).toBe(valid);
    if (!valid) continue;
    const flexible = includes(official.flexibleVersions, version);
    expect(version >= message.flexibleSince, `flexible in ${version}`).toBe(flexible);
    expect(tableFields(message.fields, version), `version ${version}`).toEqual(
      officialFields(official, version),
    );
  }
}

const title = isOfficialSchemaPresent
  ? "tables against Kafka's definitions"
  : "tables against Kafka's definitions (skipped: ../shared/protocol is not there)";

describe.skipIf(!isOfficialSchemaPresent)(title, () => {
  const officials = isOfficialSchemaPresent
    ? officialMessages()
    : new Map<string, OfficialMessage>();

  it('has every definition', () => {
    const live = [...officials.values()].filter((official) => official.validVersions !== 'none');
    expect([...tables.keys()].sort()).toEqual(live.map((official) => official.name).sort());
    expect(tables.size).toBe(286 - 2 * REMOVED.length);
  });

  it('has the keys, listeners and stability of every API', () => {
    for (const api of protocol.ALL_APIS) {
      const official = officials.get(`${api.name}Request`) as OfficialMessage;
      expect({
        key: api.key,
        listeners: api.listeners,
        unstable: api.latestVersionUnstable,
      }).toEqual({
        key: official.apiKey,
        listeners: official.listeners,
        unstable: official.latestVersionUnstable ?? false,
      });
    }
    const keys = protocol.ALL_APIS.map((api) => api.key);
    expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
  });

  it('advertises and frames what a Kafka broker does', () => {
    for (const official of officialApis()) {
      const api = protocol.ALL_APIS.find((candidate) => candidate.key === official.key);
      if (api === undefined) {
        expect(REMOVED).toContain(official.name);
        continue;
      }
      if (official.advertisedByBroker !== undefined) {
        const { min, max } = official.advertisedByBroker;
        expect(protocol.advertisedVersions(api), api.name).toEqual([min, max]);
      }
      for (const [version, expected] of Object.entries(official.requestHeaderVersions)) {
        expect(protocol.requestHeaderVersion(api, Number(version)), api.name).toBe(expected);
      }
      for (const [version, expected] of Object.entries(official.responseHeaderVersions)) {
        expect(protocol.responseHeaderVersion(api, Number(version)), api.name).toBe(expected);
      }
    }
  });

  it('has the versions, fields, types, nulls and tags of every message', () => {
    for (const [name, message] of tables) {
      const official = officials.get(name) as OfficialMessage;
      if (message.recordType !== undefined) expect(message.recordType).toBe(official.apiKey);
      compareVersions(message, official);
    }
  });

  it('has the defaults and ignorable fields of every message', () => {
    for (const [name, message] of tables) {
      const official = officials.get(name) as OfficialMessage;
      expect(tableFacts(message.fields), name).toEqual(officialFacts(official));
    }
  });
});
