import ts from 'typescript';
import { docOf } from './program.ts';
import type { Types } from './program.ts';

export interface JsonSchema {
  readonly [key: string]: unknown;
}

/** JSON Schemas of types: named ones as definitions, with what their authors say of them. */
export class SchemaWriter {
  readonly definitions: Record<string, JsonSchema> = {};
  private readonly types: Types;

  constructor(types: Types) {
    this.types = types;
  }

  schemaOf(type: ts.Type): JsonSchema {
    const { checker } = this.types;
    const { flags } = type;
    if (flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any | ts.TypeFlags.TypeParameter)) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (type.isUnion()) return this.union(type);
    if (checker.isTupleType(type) || checker.isArrayType(type)) {
      return { type: 'array', items: this.schemaOf(checker.getIndexTypeOfType(type, ts.IndexKind.Number)!) };
    }
    return this.named(type) ?? this.object(type);
  }

  private union(type: ts.UnionType): JsonSchema {
    const members = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    if (members.every((one) => one.isStringLiteral())) return { enum: members.map((one) => one.value) };
    if (members.every(({ flags }) => flags & ts.TypeFlags.BooleanLiteral)) return { type: 'boolean' };
    const schemas = members.map((one) => this.schemaOf(one));
    return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
  }

  /** An interface of ours becomes a definition, whatever its parameters. */
  private named(type: ts.Type): JsonSchema | undefined {
    const symbol = type.getSymbol();
    if (!symbol || !(symbol.flags & ts.SymbolFlags.Interface)) return undefined;
    const { name } = symbol;
    if (!(name in this.definitions)) {
      this.definitions[name] = {};
      const doc = docOf(symbol, this.types.checker);
      const declared = this.types.checker.getDeclaredTypeOfSymbol(symbol);
      this.definitions[name] = { ...(doc && { description: doc }), ...this.object(declared) };
    }
    return { $ref: `#/definitions/${name}` };
  }

  private object(type: ts.Type): JsonSchema {
    const { checker } = this.types;
    const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    const properties = this.types.properties(type);
    const required = properties.filter(({ optional }) => !optional).map(({ name }) => name);
    return {
      type: 'object',
      ...(properties.length > 0 && {
        properties: Object.fromEntries(
          properties.map(({ name, symbol, doc }) => [
            name,
            { ...(doc && { description: doc }), ...this.beside(checker.getTypeOfSymbol(symbol), doc) },
          ]),
        ),
      }),
      ...(required.length > 0 && { required }),
      ...(values && { additionalProperties: this.schemaOf(values) }),
    };
  }

  /** In this draft nothing counts beside a reference. */
  private beside(type: ts.Type, doc: string): JsonSchema {
    const schema = this.schemaOf(type);
    return doc && '$ref' in schema ? { allOf: [schema] } : schema;
  }
}
