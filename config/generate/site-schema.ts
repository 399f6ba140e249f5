import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';
import type { Document, Pair } from 'yaml';
import * as z from 'zod';
import { packageRoot } from '../../engine/config/package-root.ts';
import { settingsSchema } from '../../engine/config/settings.ts';
import type { Platform } from '../../engine/platform/registry.ts';
import type { SettingDefinition } from '../../engine/platform/settings.ts';
import type { JsonSchema } from './json-schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of a site file: what its form is comes from the settings' own schema, what each setting means and
 * defaults to from the comments and values of config/site.yaml, and the platforms' settings from their declarations.
 */
export function siteSchema(platforms: readonly Platform[]): JsonSchema {
  const defaults = parseDocument(readFileSync(join(packageRoot(), 'config/site.yaml'), 'utf8'));
  const { $schema: _draft, ...schema } = z.toJSONSchema(settingsSchema, {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.required; // a site says what differs from the defaults
      delete jsonSchema.propertyNames; // in YAML's maps of ours they are texts
      if (jsonSchema.pattern !== undefined) delete jsonSchema.format; // Zod's own
    },
  });
  const properties = schema.properties as Record<string, Schema>;
  describe(properties, defaults.contents, defaults);
  const ofPlatforms = properties['platforms']!;
  ofPlatforms.properties = Object.fromEntries(
    [...platforms]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, definition }) => [
        name,
        {
          type: 'object',
          description: definition.summary,
          properties: Object.fromEntries(
            Object.entries(definition.settings ?? {}).map(([key, one]) => [key, settingSchema(one)]),
          ),
          additionalProperties: false,
        },
      ]),
  );
  return schema;
}

/** Lays comments and values of a YAML map over the properties of the same names. */
function describe(properties: Record<string, Schema>, map: unknown, document: Document): void {
  if (!isMap(map)) return;
  map.items.forEach((pair, index) => {
    const name = String((pair.key as { value?: unknown }).value);
    const property = properties[name];
    if (!property) return;
    const said = commentOf(pair, index === 0 ? map.commentBefore : undefined);
    if (said !== undefined) property.description = said;
    if (isMap(pair.value) && pair.value.items.length > 0 && property.properties) {
      describe(property.properties as Record<string, Schema>, pair.value, document);
    } else {
      property.default = document.createNode(pair.value).toJS(document);
    }
  });
}

/** The last paragraph above a member: a comment of the whole file may be above the first one. */
function commentOf(pair: Pair, ofMap: string | null | undefined): string | undefined {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const text = (own ?? ofMap)?.split(/\n\s*\n/).at(-1);
  return text
    ?.replace(/^ /gm, '')
    .replace(/\n(?! )/g, ' ')
    .trim();
}

function settingSchema({ summary, ...definition }: SettingDefinition): Schema {
  const common = { description: summary, default: definition.default };
  if (typeof definition.type !== 'string') return { enum: [...definition.type], ...common };
  const { min, max } = definition as { min?: number; max?: number };
  return {
    type: definition.type,
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
    ...common,
  };
}
