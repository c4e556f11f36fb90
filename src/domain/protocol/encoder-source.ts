import type { AnyField, Fields, FieldType } from './field.ts';
import {
  defaultOf,
  defaultSource,
  fieldsOf,
  isIn,
  isNullableIn,
  StructNames,
  taggedFields,
} from './field-source.ts';

const WRITE: Partial<Record<FieldType['kind'], string>> = {
  bool: 'writeBoolean',
  int8: 'writeInt8',
  int16: 'writeInt16',
  uint16: 'writeUint16',
  int32: 'writeInt32',
  uint32: 'writeUint32',
  int64: 'writeInt64',
  float64: 'writeFloat64',
  uuid: 'writeUuid',
};

/**
 * Source of functions `e0(w, v)`, `e1(w, v)`…, of which `e0` encodes the message, and of `z0(v)`,
 * `z1(v)`…, which tell whether a struct holds nothing but defaults.
 */
export function encoderSource(message: Fields, version: number, flexible: boolean): string {
  const structs = new StructNames();
  structs.numberOf(message);
  let source = '';
  for (let fields = structs.next(); fields !== undefined; fields = structs.next()) {
    const encoder = new StructEncoder(structs, version, flexible);
    source += encoder.source(fields) + encoder.isDefaultSource(fields);
  }
  return source;
}

class StructEncoder {
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
      if (!isIn(field, this.version)) lines.push(this.refuse(name, field));
      else if (field.options.tag === undefined) {
        lines.push(`${valueSource(name, field)} ${this.write(name, field)}`);
      }
    }
    if (this.flexible) lines.push(this.tags(fields));
    return `function e${this.structs.numberOf(fields)}(w, v) {\nlet x;\n${lines.join('\n')}\n}\n`;
  }

  isDefaultSource(fields: Fields): string {
    const tests = fieldsOf(fields).map(
      ([name, field]) => `((x = v.${name}) === undefined || ${this.isDefault(field)})`,
    );
    const body = `let x; return ${tests.join(' && ') || 'true'};`;
    return `function z${this.structs.numberOf(fields)}(v) { ${body} }\n`;
  }

  /** A version without the field can only carry its default, unless the field may be dropped. */
  private refuse(name: string, field: AnyField): string {
    if (field.options.isIgnorable) return '';
    return `x = v.${name}; if (x !== undefined && !(${this.isDefault(field)})) notIn('${name}');`;
  }

  /** An expression that tells whether `x` is the default of a field. */
  private isDefault(field: AnyField): string {
    const { type } = field;
    if (defaultOf(field) !== undefined) return `x === ${defaultSource(field)}`;
    if (type.kind === 'struct') return `(x !== null && z${this.structs.numberOf(type.fields)}(x))`;
    return '(x !== null && x.length === 0)';
  }

  private tags(fields: Fields): string {
    const tagged = taggedFields(fields, this.version);
    if (tagged.length === 0) return 'w.writeUnsignedVarint(0);';
    const counts = tagged.map(
      ([name, field]) =>
        `${valueSource(name, field)} const $${name} = x; ` +
        `const has$${name} = !(${this.isDefault(field)}); if (has$${name}) tags++;`,
    );
    const writes = tagged.map(
      ([name, field, tag]) =>
        `if (has$${name}) { x = $${name}; w.writeUnsignedVarint(${tag}); ` +
        `const mark = w.beginSized(); ${this.write(name, field)} w.endSized(mark); }`,
    );
    return `let tags = 0;\n${counts.join('\n')}\nw.writeUnsignedVarint(tags);\n${writes.join('\n')}`;
  }

  /** A statement that writes `x`, the value of a field. */
  private write(name: string, field: AnyField): string {
    const { type, options } = field;
    const simple = WRITE[type.kind];
    if (simple !== undefined) return `w.${simple}(x);`;
    const compact = this.flexible && !options.isInflexible;
    const nullable = isNullableIn(field, this.version);
    if (type.kind === 'struct') {
      const encode = `e${this.structs.numberOf(type.fields)}(w, x);`;
      if (!nullable) return `if (x === null) isNull('${name}'); ${encode}`;
      const marker = options.tag === undefined ? 'writeInt8' : 'writeUnsignedVarint';
      const absent = options.tag === undefined ? -1 : 0;
      return `if (x === null) w.${marker}(${absent}); else { w.${marker}(1); ${encode} }`;
    }
    const orElse = nullable ? nullSource(type.kind, compact) : `isNull('${name}');`;
    return `if (x === null) ${orElse} else { ${this.writeSized(type, compact)} }`;
  }

  /** Statements that write `x`, which has a length in front. */
  private writeSized(type: FieldType, compact: boolean): string {
    if (type.kind === 'string') return compact ? 'w.writeCompactString(x);' : 'w.writeString(x);';
    if (type.kind === 'bytes') return `${writeLength('x.length', compact)} w.writeBytes(x);`;
    if (type.kind === 'records') {
      return `${writeLength('byteLengthOf(x)', compact)} w.writeRecords(x);`;
    }
    if (type.kind !== 'array') throw new TypeError(`no length in front of ${type.kind}`);
    const element = this.writeElement(type.element);
    return `const a = x; ${writeLength('a.length', compact)}
for (let i = 0; i < a.length; i++) { ${element} }`;
  }

  private writeElement(type: FieldType): string {
    if (type.kind === 'struct') return `e${this.structs.numberOf(type.fields)}(w, a[i]);`;
    const simple = WRITE[type.kind];
    if (simple !== undefined) return `w.${simple}(a[i]);`;
    return `x = a[i]; ${this.writeSized(type, this.flexible)}`;
  }
}

function valueSource(name: string, field: AnyField): string {
  const { type } = field;
  // An empty struct is filled with defaults by its own encoder.
  const fallback =
    type.kind === 'struct' && defaultOf(field) === undefined ? '{}' : defaultSource(field);
  return `x = v.${name}; if (x === undefined) x = ${fallback};`;
}

function nullSource(kind: FieldType['kind'], compact: boolean): string {
  if (compact) return 'w.writeUnsignedVarint(0);';
  return kind === 'string' ? 'w.writeInt16(-1);' : 'w.writeInt32(-1);';
}

function writeLength(length: string, compact: boolean): string {
  return compact ? `w.writeUnsignedVarint(${length} + 1);` : `w.writeInt32(${length});`;
}
