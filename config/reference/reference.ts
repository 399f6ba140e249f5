import { join } from 'node:path';
import ts from 'typescript';
import * as z from 'zod';
import { packageRoot } from '../../engine/config/package-root.ts';
import { effectSchemas } from '../../engine/stage/effect-json.ts';
import { descriptionSchema } from '../../engine/stage/program-answer.ts';

/** What authors look up, from the types and their comments: the generated part of setup/README.md. */
export function reference(): string {
  const root = packageRoot();
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([join(root, 'engine/api.ts')], options);
  const api = new Api(program, join(root, 'engine'));
  const part = (title: string, interfaceName: string, file: string): string =>
    [`### ${title}`, api.documentation(file, interfaceName), api.table(file, interfaceName)]
      .filter((text) => text !== '')
      .join('\n\n');
  return [
    part('`defineStage`', 'StageDefinition', 'stage/define.ts'),
    part('What `plan` gets', 'PlanContext', 'stage/define.ts'),
    part('What `plan` gives', 'StageResult', 'stage/define.ts'),
    part('A probe', 'Probe', 'stage/define.ts'),
    `### What \`--describe\` answers\n\n${jsonTable(descriptionSchema)}`,
    part('`definePlatform`', 'PlatformDefinition', 'platform/define.ts'),
    part('Verbs', 'PlatformVerbs', 'platform/define.ts'),
    part('A way into a node', 'Entry', 'platform/define.ts'),
    part('A node, as in the fact `nodes`', 'VNode', 'model/vnode.ts'),
    part('Its interfaces', 'VInterface', 'model/vnode.ts'),
    part('The fact `experiment`', 'ExperimentFact', 'model/experiment.ts'),
    part('Facts', 'Facts', 'stage/facts.ts'),
    part('What every effect may have', 'EffectOptions', 'stage/effects.ts'),
    ...Object.keys(effectSchemas).map((kind) => effectPart(api, kind as keyof typeof effectSchemas)),
  ].join('\n\n');
}

function effectPart(api: Api, kind: keyof typeof effectSchemas): string {
  const { documentation, rows } = api.effect(kind);
  const json = fieldsOf(effectSchemas[kind]);
  const lines = rows.map(
    ({ name, optional, type, text }) =>
      `| \`${name}\`${optional ? '' : ' *'} | ${code(type)} | ${json[name]?.type ?? ''} | ${text} |`,
  );
  return [
    `### The effect \`${kind}\``,
    documentation,
    ['| field | in TypeScript | in JSON | |', '|---|---|---|---|', ...lines].join('\n'),
  ].join('\n\n');
}

function jsonTable(schema: z.ZodType): string {
  const lines = Object.entries(fieldsOf(schema)).map(
    ([name, { type, required }]) => `| \`${name}\`${required ? ' *' : ''} | ${type} |`,
  );
  return ['| field | in JSON |', '|---|---|', ...lines].join('\n');
}

type Schema = z.core.JSONSchema.BaseSchema;

function fieldsOf(schema: z.ZodType): Record<string, { readonly type: string; readonly required: boolean }> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema) as Schema;
  return Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [
      name,
      { type: jsonType(one as Schema), required: required.includes(name) },
    ]),
  );
}

function jsonType(schema: Schema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map((one) => jsonType(one)))].join(' or ');
  if (schema.enum) return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.type === 'array') return `list of ${jsonType(schema.items as Schema)}`;
  if (schema.type !== 'object') return schema.type === 'string' ? 'text' : String(schema.type ?? 'anything');
  const { properties, additionalProperties } = schema;
  if (!properties) return `object of ${jsonType((additionalProperties ?? {}) as Schema)}`;
  return `object (${Object.keys(properties).join(', ')})`;
}

interface Row {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly text: string;
}

/** The engine's sources, as their types and comments. */
class Api {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #folder: string;

  constructor(program: ts.Program, folder: string) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#folder = folder;
  }

  documentation(file: string, name: string): string {
    return this.#said(this.#exported(file, name));
  }

  table(file: string, name: string): string {
    const type = this.#checker.getDeclaredTypeOfSymbol(this.#exported(file, name));
    const lines = this.#rows(type).map(
      (row) => `| \`${row.name}\`${row.optional ? '' : ' *'} | ${code(row.type)} | ${row.text} |`,
    );
    return ['| field | type | |', '|---|---|---|', ...lines].join('\n');
  }

  /** What `effect.KIND` takes first, and what is said of it. */
  effect(kind: string): { readonly documentation: string; readonly rows: readonly Row[] } {
    const all = this.#checker.getTypeOfSymbol(this.#exported('stage/effects.ts', 'effect'));
    const method = all.getProperty(kind)!;
    const [input] = this.#checker.getTypeOfSymbol(method).getCallSignatures()[0]!.getParameters();
    const type = this.#checker.getTypeOfSymbol(input!);
    return { documentation: this.#said(method), rows: this.#rows(type) };
  }

  #rows(type: ts.Type): readonly Row[] {
    return this.#checker.getPropertiesOfType(type).map((member) => ({
      name: member.name,
      optional: (member.flags & ts.SymbolFlags.Optional) !== 0,
      type: this.#typeOf(member),
      text: this.#said(member).replace(/\n+/g, ' '),
    }));
  }

  /** As it is written where it is declared: what the checker makes of it is longer, and less to the point. */
  #typeOf(member: ts.Symbol): string {
    const declaration = member.valueDeclaration;
    if (declaration && ts.isMethodSignature(declaration)) {
      const { parameters, type } = declaration;
      return `(${parameters.map((one) => one.name.getText()).join(', ')}) => ${type?.getText() ?? 'void'}`;
    }
    const written =
      declaration && ts.isPropertySignature(declaration) ? declaration.type?.getText() : undefined;
    return (written ?? this.#checker.typeToString(this.#checker.getTypeOfSymbol(member))).replace(
      /\s+/g,
      ' ',
    );
  }

  #said(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).trim();
  }

  #exported(file: string, name: string): ts.Symbol {
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(join(this.#folder, file))!)!;
    const found = this.#checker.getExportsOfModule(module).find((one) => one.name === name);
    if (!found) throw new Error(`engine/${file} does not export ${name}`);
    return found;
  }
}

function code(type: string): string {
  return `\`${type.replaceAll('|', '\\|')}\``;
}
