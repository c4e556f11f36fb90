import type { AnyField, Fields, FieldType } from './field.ts';
import {
  defaultSource,
  fieldsOf,
  isIn,
  isNullableIn,
  StructNames,
  taggedFields,
} from './field-source.ts';

const READ: Partial<Record<FieldType['kind'], string>> = {
  bool: 'r.readBoolean()',
  int8: 'r.readInt8()',
  int16: 'r.readInt16()',
  uint16: 'r.readUint16()',
  int32: 'r.readInt32()',
  uint32: 'r.readUint32()',
  int64: 'r.readInt64()',
  float64: 'r.readFloat64()',
  uuid: 'r.readUuid()',
};

/** Source of functions `d0(r)`, `d1(r)`…, of which `d0` decodes the message. */
export function decoderSource(message: Fields, version: number, flexible: boolean): string {
  const structs = new StructNames();
  structs.numberOf(message);
  let source = '';
  for (let fields = structs.next(); fields !== undefined; fields = structs.next()) {
    source += new StructDecoder(structs, version, flexible).source(fields);
  }
  return source;
}

class StructDecoder {
  private readonly structs: StructNames;
  private readonly version: number;
  private readonly flexible: boolean;

  constructor(structs: StructNames, version: number, flexible: boolean) {
    this.structs = structs;
    this.version = version;
    this.flexible = flexible;
  }

  source(fields: Fields): string {
    const lines: string[] = [];
    for (const [name, field] of fieldsOf(fields)) {
      const inLine = isIn(field, this.version) && field.options.tag === undefined;
      if (inLine) lines.push(`let $${name}; ${this.read(name, field)}`);
      else lines.push(`let $${name} = ${defaultSource(field)};`);
    }
    if (this.flexible) lines.push(this.tags(fields));
    // One literal with every field, so that all versions share one hidden class.
    const members = Object.keys(fields).map((name) => `${name}: $${name}`);
    const body = `let n = 0;\n${lines.join('\n')}\nreturn { ${members.join(', ')} };`;
    return `function d${this.structs.numberOf(fields)}(r) {\n${body}\n}\n`;
  }

  private tags(fields: Fields): string {
    const tagged = taggedFields(fields, this.version);
    if (tagged.length === 0) return 'r.skipTags();';
    const cases = tagged.map(
      ([name, field, tag]) => `case ${tag}: ${this.read(name, field)} break;`,
    );
    return `for (let tags = r.readTagCount(); tags > 0; tags--) {
const tag = r.readUnsignedVarint();
const size = r.readUnsignedVarint();
const end = r.tagEnd(size);
switch (tag) {
${cases.join('\n')}
default: r.skip(size);
}
r.checkTagEnd(end);
}`;
  }

  /** A statement that sets the variable of a field from the reader. */
  private read(name: string, field: AnyField): string {
    const { type, options } = field;
    const orElse = isNullableIn(field, this.version) ? 'null' : `isNull('${name}')`;
    const compact = this.flexible && !options.isInflexible;
    const to = `$${name}`;
    const simple = READ[type.kind];
    if (simple !== undefined) return `${to} = ${simple};`;
    if (type.kind === 'struct') {
      const decode = `d${this.structs.numberOf(type.fields)}(r)`;
      if (!isNullableIn(field, this.version)) return `${to} = ${decode};`;
      const isNull =
        options.tag === undefined ? 'r.readInt8() < 0' : 'r.readUnsignedVarint() === 0';
      return `${to} = ${isNull} ? null : ${decode};`;
    }
    if (type.kind === 'string') {
      const length = compact ? 'r.readCompactLength()' : 'r.readInt16()';
      return `n = ${length}; ${to} = n < 0 ? ${orElse} : r.readString(n);`;
    }
    const length = lengthSource(compact);
    if (type.kind !== 'array') return `n = ${length}; ${to} = n < 0 ? ${orElse} : r.readBytes(n);`;
    const element = this.element(type.element);
    return `n = r.checkArrayLength(${length});
if (n < 0) ${to} = ${orElse};
else { ${to} = []; for (let i = 0; i < n; i++) ${to}.push(${element}); }`;
  }

  private element(type: FieldType): string {
    if (type.kind === 'struct') return `d${this.structs.numberOf(type.fields)}(r)`;
    if (type.kind === 'string') {
      return this.flexible ? 'r.readString(r.readCompactLength())' : 'r.readString(r.readInt16())';
    }
    const read = READ[type.kind];
    if (read !== undefined) return read;
    return `r.readBytes(${lengthSource(this.flexible)})`;
  }
}

function lengthSource(compact: boolean): string {
  return compact ? 'r.readCompactLength()' : 'r.readInt32()';
}
