import type { Decoded, Encodable, Fields } from './field.ts';

export type { Decoded, Encodable, Fields } from './field.ts';
export {
  array,
  bool,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uint16,
  uint32,
  uuid,
} from './field.ts';

export type VersionRange = readonly [min: number, max: number];

/** One message as data: what the codecs, the types and the documents are derived from. */
export interface Message<F extends Fields = Fields> {
  readonly name: string;
  readonly versions: VersionRange;
  /** The first version with compact lengths and tagged fields (KIP-482). */
  readonly flexibleSince: number;
  readonly fields: F;
  /** The int16 a coordinator's key, or the number a metadata record, is told apart by. */
  readonly recordType: number | undefined;
}

export type Listener = 'broker' | 'controller';

/** A request and its response, as Kafka's `ApiKeys` and message definitions have them. */
export interface ApiDefinition<Req extends Fields = Fields, Res extends Fields = Fields> {
  readonly key: number;
  readonly name: string;
  readonly versions: VersionRange;
  readonly flexibleSince: number;
  readonly listeners: readonly Listener[];
  /** Whether the newest version is still in the making and must not be advertised. */
  readonly latestVersionUnstable: boolean;
  readonly request: Message<Req>;
  readonly response: Message<Res>;
}

export type MessageOf<M extends Message> = Decoded<M['fields']>;
export type MessageInput<M extends Message> = Encodable<M['fields']>;
export type RequestOf<Api extends ApiDefinition> = Decoded<Api['request']['fields']>;
export type ResponseOf<Api extends ApiDefinition> = Decoded<Api['response']['fields']>;
export type RequestInput<Api extends ApiDefinition> = Encodable<Api['request']['fields']>;
export type ResponseInput<Api extends ApiDefinition> = Encodable<Api['response']['fields']>;

const NEVER = Number.POSITIVE_INFINITY;

interface MessageTable<F extends Fields> {
  readonly name: string;
  readonly versions: VersionRange;
  readonly flexibleSince?: number;
  readonly recordType?: number;
  readonly fields: F;
}

export function message<F extends Fields>(table: MessageTable<F>): Message<F> {
  return {
    name: table.name,
    versions: table.versions,
    flexibleSince: table.flexibleSince ?? NEVER,
    fields: table.fields,
    recordType: table.recordType,
  };
}

interface ApiTable<Req extends Fields, Res extends Fields> {
  readonly key: number;
  readonly name: string;
  readonly versions: VersionRange;
  readonly flexibleSince?: number;
  readonly listeners?: readonly Listener[];
  readonly latestVersionUnstable?: boolean;
  readonly request: Req;
  readonly response: Res;
}

export function api<Req extends Fields, Res extends Fields>(
  table: ApiTable<Req, Res>,
): ApiDefinition<Req, Res> {
  const { key, name, versions, flexibleSince = NEVER } = table;
  return {
    key,
    name,
    versions,
    flexibleSince,
    listeners: table.listeners ?? ['broker'],
    latestVersionUnstable: table.latestVersionUnstable ?? false,
    request: message({ name: `${name}Request`, versions, flexibleSince, fields: table.request }),
    response: message({ name: `${name}Response`, versions, flexibleSince, fields: table.response }),
  };
}
