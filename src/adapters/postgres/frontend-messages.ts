import { MessageBytes, malformed } from './message-bytes.ts';

export interface FrontendMessage {
  readonly type: string;
  readonly body: Uint8Array;
}

export interface ParseMessage {
  readonly name: string;
  readonly sql: string;
  /** 0 leaves a type open. */
  readonly parameterOids: readonly number[];
}

export interface BindMessage {
  readonly portal: string;
  readonly statement: string;
  readonly parameterFormats: readonly number[];
  /** Undefined is NULL. */
  readonly values: readonly (Uint8Array | undefined)[];
  readonly resultFormats: readonly number[];
}

export interface TargetMessage {
  readonly target: 'S' | 'P';
  readonly name: string;
}

export function readQuery(body: Uint8Array): string {
  const bytes = new MessageBytes(body);
  const sql = bytes.string();
  bytes.end();
  return sql;
}

export function readParse(body: Uint8Array): ParseMessage {
  const bytes = new MessageBytes(body);
  const [name, sql] = [bytes.string(), bytes.string()];
  const parameterOids = bytes.list(() => bytes.uint32());
  bytes.end();
  return { name, sql, parameterOids };
}

export function readBind(body: Uint8Array): BindMessage {
  const bytes = new MessageBytes(body);
  const [portal, statement] = [bytes.string(), bytes.string()];
  const parameterFormats = bytes.list(() => bytes.int16());
  const values = bytes.list(() => {
    const length = bytes.int32();
    return length === -1 ? undefined : bytes.bytes(length);
  });
  const resultFormats = bytes.list(() => bytes.int16());
  bytes.end();
  return { portal, statement, parameterFormats, values, resultFormats };
}

/** Describe and Close. */
export function readTarget(body: Uint8Array): TargetMessage {
  const bytes = new MessageBytes(body);
  const target = bytes.char();
  if (target !== 'S' && target !== 'P') throw malformed(`there is no target ${target}`);
  const name = bytes.string();
  bytes.end();
  return { target, name };
}

export function readExecute(body: Uint8Array): { portal: string; rowsMax: number } {
  const bytes = new MessageBytes(body);
  const [portal, rowsMax] = [bytes.string(), bytes.int32()];
  bytes.end();
  return { portal, rowsMax: Math.max(0, rowsMax) };
}
