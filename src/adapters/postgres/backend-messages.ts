import { MessageWriter } from '../../domain/postgres/message-writer.ts';
import { columnTypeOf } from '../../domain/postgres/postgres-types.ts';
import type { SqlColumn } from '../../ports/sql-engine.ts';
import type { PostgresError } from './postgres-error.ts';

/** I: idle, T: in a transaction, E: in one that failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

const NULL_LENGTH = -1;
const NO_MODIFIER = -1;

/** Writes what the broker says, in the messages of protocol 3.0. */
export class BackendMessages extends MessageWriter {
  authenticationOk(): this {
    return this.begin('R').int32(0).end();
  }

  parameterStatus(name: string, value: string): this {
    return this.begin('S').string(name).string(value).end();
  }

  backendKeyData(processId: number, secretKey: number): this {
    return this.begin('K').int32(processId).int32(secretKey).end();
  }

  negotiateProtocolVersion(unknownOptions: readonly string[]): this {
    this.begin('v').int32(0).int32(unknownOptions.length);
    for (const option of unknownOptions) this.string(option);
    return this.end();
  }

  readyForQuery(status: TransactionStatus): this {
    return this.begin('Z').int8(status.charCodeAt(0)).end();
  }

  error(error: PostgresError): this {
    return this.#notice('E', error.fatal ? 'FATAL' : 'ERROR', error);
  }

  warning(code: string, message: string): this {
    return this.#notice('N', 'WARNING', { code, message, hint: undefined, position: undefined });
  }

  #notice(
    type: string,
    severity: string,
    {
      code,
      message,
      hint,
      position,
    }: Pick<PostgresError, 'code' | 'message' | 'hint' | 'position'>,
  ): this {
    this.begin(type).text('S').string(severity).text('V').string(severity);
    this.text('C').string(code).text('M').string(message);
    if (hint !== undefined) this.text('H').string(hint);
    if (position !== undefined) this.text('P').string(String(position));
    return this.int8(0).end();
  }

  /** `formats` as Bind has them: none for text, one for all columns, or one for each. */
  rowDescription(columns: readonly SqlColumn[], formats: readonly number[]): this {
    this.begin('T').int16(columns.length);
    for (const [index, { name, type }] of columns.entries()) {
      const { oid, size, modifier } = columnTypeOf(type);
      this.string(shownName(name)).int32(0).int16(0).uint32(oid).int16(size);
      this.int32(modifier ?? NO_MODIFIER).int16(formatOf(formats, index));
    }
    return this.end();
  }

  textRow(values: readonly (string | null)[]): this {
    this.begin('D').int16(values.length);
    for (const value of values) {
      if (value === null) this.int32(NULL_LENGTH);
      else this.sizedText(value);
    }
    return this.end();
  }

  parameterDescription(oids: readonly number[]): this {
    this.begin('t').int16(oids.length);
    for (const oid of oids) this.uint32(oid);
    return this.end();
  }

  commandComplete(tag: string): this {
    return this.begin('C').string(tag).end();
  }

  copyOutResponse(columnCount: number): this {
    this.begin('H').int8(0).int16(columnCount);
    for (let index = 0; index < columnCount; index++) this.int16(0);
    return this.end();
  }

  copyDone = (): this => this.begin('c').end();
  emptyQueryResponse = (): this => this.begin('I').end();
  parseComplete = (): this => this.begin('1').end();
  bindComplete = (): this => this.begin('2').end();
  closeComplete = (): this => this.begin('3').end();
  noData = (): this => this.begin('n').end();
  portalSuspended = (): this => this.begin('s').end();
}

/** The engine names what has no name after the expression; of a function PostgreSQL takes the name alone. */
function shownName(name: string): string {
  const [, called] = /^(?:postgres_catalog\.pg\.)?"?([a-z_]\w*)"?\(.*\)$/s.exec(name) ?? [];
  return called === 'count_star' ? 'count' : (called ?? name);
}

function formatOf(formats: readonly number[], index: number): number {
  return (formats.length === 1 ? formats[0] : formats[index]) ?? 0;
}
