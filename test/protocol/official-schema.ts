import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Kafka's own message definitions, made comparable to our tables. Only there beside a development
// checkout.

const OFFICIAL = join(import.meta.dirname, '../../../shared/protocol');
export const isOfficialSchemaPresent = existsSync(join(OFFICIAL, 'messages'));

export interface OfficialField {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly taggedVersions?: string;
  readonly nullableVersions?: string;
  readonly flexibleVersions?: string;
  readonly tag?: number;
  readonly default?: string | number | boolean | null;
  readonly ignorable?: boolean;
  readonly fields?: readonly OfficialField[];
}

export interface OfficialMessage {
  readonly name: string;
  readonly type: string;
  readonly apiKey?: number;
  readonly listeners?: readonly string[];
  readonly validVersions: string;
  readonly flexibleVersions?: string;
  readonly latestVersionUnstable?: boolean;
  readonly fields?: readonly OfficialField[];
  readonly commonStructs?: readonly OfficialField[];
}

export function officialMessages(): Map<string, OfficialMessage> {
  const internal = join(OFFICIAL, 'internal');
  const folders = [
    join(OFFICIAL, 'messages'),
    ...readdirSync(internal).map((folder) => join(internal, folder)),
  ];
  const messages = new Map<string, OfficialMessage>();
  for (const folder of folders) {
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.json')) continue;
      const text = readFileSync(join(folder, file), 'utf8').replace(/^\s*\/\/.*$/gm, '');
      const message = JSON.parse(text) as OfficialMessage;
      messages.set(message.name, message);
    }
  }
  return messages;
}

export interface OfficialApi {
  readonly key: number;
  readonly name: string;
  readonly advertisedByBroker?: { readonly min: number; readonly max: number };
  readonly requestHeaderVersions: Readonly<Record<string, number>>;
  readonly responseHeaderVersions: Readonly<Record<string, number>>;
}

export function officialApis(): readonly OfficialApi[] {
  return JSON.parse(readFileSync(join(OFFICIAL, 'apis.json'), 'utf8')) as OfficialApi[];
}

/** "3-5", "3+", "3" or "none". */
export function includes(range: string | undefined, version: number): boolean {
  if (range === undefined || range === 'none') return false;
  const match = /^(\d+)(\+|-(\d+))?$/.exec(range);
  if (match === null) throw new Error(`odd range ${range}`);
  const min = Number(match[1]);
  const max =
    match[2] === '+' ? Number.POSITIVE_INFINITY : match[3] === undefined ? min : Number(match[3]);
  return version >= min && version <= max;
}

/** A field in one version, flat enough to compare. */
export interface FieldInVersion {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly tag: number | undefined;
  readonly isInflexible: boolean;
  readonly fields: readonly FieldInVersion[] | undefined;
}

/**
 * What holds of a field in all versions: for defaults and ignorable, which matter where the field
 * is absent.
 */
export interface FieldFacts {
  readonly default: unknown;
  readonly isIgnorable: boolean;
}

export function officialFields(
  message: OfficialMessage,
  version: number,
  fields = message.fields ?? [],
): FieldInVersion[] {
  return fields
    .filter((field) => includes(field.versions ?? field.taggedVersions, version))
    .map((field) => {
      const isArray = field.type.startsWith('[]');
      const name = isArray ? field.type.slice(2) : field.type;
      const members = membersOf(message, field);
      const element = members === undefined ? name : 'struct';
      return {
        name: lowerFirst(field.name),
        type: isArray ? `[]${element}` : element,
        nullable: includes(field.nullableVersions, version),
        tag: includes(field.taggedVersions, version) ? field.tag : undefined,
        isInflexible: field.flexibleVersions === 'none',
        fields: members === undefined ? undefined : officialFields(message, version, members),
      };
    });
}

/** The facts of every field that any valid version has, by path. */
export function officialFacts(
  message: OfficialMessage,
  fields = message.fields ?? [],
  path = '',
  into = new Map<string, FieldFacts>(),
): Map<string, FieldFacts> {
  for (const field of fields) {
    const at = `${path}.${lowerFirst(field.name)}`;
    into.set(at, { default: officialDefault(field), isIgnorable: field.ignorable === true });
    const members = membersOf(message, field);
    if (members !== undefined) officialFacts(message, members, at, into);
  }
  return into;
}

function membersOf(
  message: OfficialMessage,
  field: OfficialField,
): readonly OfficialField[] | undefined {
  if (field.fields !== undefined && field.fields.length > 0) return field.fields;
  const name = field.type.replace('[]', '');
  return message.commonStructs?.find((struct) => struct.name === name)?.fields;
}

/**
 * The default as our decoder would give it; `undefined` for an empty collection or a struct of
 * defaults.
 */
function officialDefault(field: OfficialField): unknown {
  const given = field.default ?? undefined;
  const text = given === undefined ? undefined : String(given).trim();
  if (text === 'null') return null;
  switch (field.type) {
    case 'bool':
      return text === 'true';
    case 'string':
      return text ?? '';
    case 'int64':
      return BigInt(text ?? 0);
    case 'uuid':
      return 'AAAAAAAAAAAAAAAAAAAAAA';
    case 'records':
      return null;
    case 'bytes':
      return undefined;
    default:
      return /^(u?int|float)\d+$/.test(field.type) ? Number(text ?? 0) : undefined;
  }
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
