import * as z from 'zod';
import { platformSchema } from '../../engine/platform/of-yaml.ts';
import type { Platform } from '../../engine/platform/registry.ts';
import { effectSchemas } from '../../engine/stage/effect-json.ts';
import { answerSchema, descriptionSchema } from '../../engine/stage/program-answer.ts';
import { SchemaWriter } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Types } from './program.ts';
import { siteSchema } from './site-schema.ts';

type Fields = Record<string, JsonSchema & { description?: string; properties?: Fields }>;

/** Every published schema, by its file in config/schemas. */
export function schemas(types: Types, platforms: readonly Platform[]): Readonly<Record<string, JsonSchema>> {
  return {
    'stage-description.schema.json': titled(
      'What an executable stage answers to --describe',
      described(zodSchema(descriptionSchema), types, 'engine/stage/define.ts', 'StageDefinition'),
    ),
    'stage-question.schema.json': question(types),
    'stage-answer.schema.json': titled('What an executable stage answers', answer(types)),
    'platform.schema.json': titled(
      'A platform declared as data: setup/NAME/_platform.yaml',
      described(zodSchema(platformSchema), types, 'engine/platform/define.ts', 'PlatformDefinition'),
    ),
    'site.schema.json': titled(
      'Site settings: /etc/benito/site.yaml, any part of them',
      siteSchema(platforms),
    ),
  };
}

function zodSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    // Zod's own, which no validator knows; the pattern says the same.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
    },
  });
  return rest;
}

function titled(title: string, schema: JsonSchema): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema };
}

/** With what is said of the properties of that type. */
function described(schema: JsonSchema, types: Types, file: string, name: string): JsonSchema {
  const docs = docsOf(types, types.type(file, name));
  return { ...schema, properties: withDocs(schema['properties'] as Fields, docs) };
}

type Docs = ReadonlyMap<string, string>;

function docsOf(types: Types, type: Parameters<Types['properties']>[0]): Docs {
  return new Map(types.properties(type).map(({ name, doc }) => [name, doc]));
}

function withDocs(fields: Fields, docs: Docs): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const doc = docs.get(name);
      return [name, doc ? { description: doc, ...field } : field];
    }),
  );
}

/** What comes in on standard input: facts, by the types of those who give them. */
function question(types: Types): JsonSchema {
  const writer = new SchemaWriter(types);
  const facts = types.properties(types.type('engine/stage/facts.ts', 'Facts')).map(({ name, type, doc }) => {
    const member = (of: string) => types.properties(type).find((one) => one.name === of)!;
    const value = writer.schemaOf(types.checker.getTypeOfSymbol(member('value').symbol));
    const many = types.checker.typeToString(member('cardinality').type) === '"many"';
    const schema: JsonSchema = many ? { type: 'array', items: value } : value;
    return [name, { ...(doc && { description: doc }), ...('$ref' in schema ? { allOf: [schema] } : schema) }];
  });
  const context = types.type('engine/stage/define.ts', 'PlanContext');
  const rest = types
    .properties(context)
    .filter(({ name }) => name !== 'facts')
    .map(({ name, symbol, doc }) => [
      name,
      { description: doc, ...writer.schemaOf(types.checker.getTypeOfSymbol(symbol)) },
    ]);
  return titled('What an executable stage is asked, on its standard input', {
    type: 'object',
    properties: {
      facts: {
        description: "The facts that it named in 'needs', by name; of these there are",
        type: 'object',
        properties: Object.fromEntries(facts) as Fields,
      },
      ...(Object.fromEntries(rest) as Fields),
    },
    required: ['facts', 'claimed', 'probed'],
    definitions: writer.definitions,
  });
}

/** What goes out: each effect with what is said of the members of its input and of its options. */
function answer(types: Types): JsonSchema {
  const options = docsOf(types, types.type('engine/stage/effects.ts', 'EffectOptions'));
  const effects = types.type('engine/stage/effects.ts', 'effect');
  const inputs = new Map(
    types.properties(effects).map(({ name, type, doc }) => {
      const parameter = type.getCallSignatures()[0]!.getParameters()[0]!;
      const input = types.checker.getTypeOfSymbol(parameter);
      const members = input.isUnion() ? input.types : [input];
      return [name, { doc, members: new Map(members.flatMap((one) => [...docsOf(types, one)])) }];
    }),
  );
  const definitions = Object.fromEntries(
    Object.entries(effectSchemas).map(([kind, schema]) => {
      const json = zodSchema(schema);
      const { doc, members } = inputs.get(kind)!;
      const properties = withDocs(json['properties'] as Fields, new Map([...options, ...members]));
      return [kind, { description: doc, ...json, properties }];
    }),
  );
  const json = zodSchema(answerSchema);
  const [plan, skip] = json['anyOf'] as [JsonSchema, JsonSchema];
  const { effects: _inline, ...others } = plan['properties'] as Fields;
  const list = {
    type: 'array',
    items: { oneOf: Object.keys(definitions).map((kind) => ({ $ref: `#/definitions/${kind}` })) },
  };
  return {
    anyOf: [{ ...plan, properties: { effects: list, ...others } }, skip],
    definitions: { ...(json['definitions'] as object), ...definitions },
  };
}
