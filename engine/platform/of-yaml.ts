import * as z from 'zod';
import { readYaml } from '../config/yaml-file.ts';
import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import { LACKS } from './define.ts';
import type { PlatformDefinition, PlatformVerbs } from './define.ts';
import { filled, wrongPlaceholders } from './placeholders.ts';

const words = z.array(z.string()).min(1);
const described = { summary: z.string().min(1) };

const setting = z.union([
  z.strictObject({ type: z.literal('string'), default: z.string(), ...described }),
  z.strictObject({
    type: z.literal('number'),
    default: z.number(),
    min: z.number().optional(),
    max: z.number().optional(),
    ...described,
  }),
  z.strictObject({ type: z.literal('boolean'), default: z.boolean(), ...described }),
  z.strictObject({ type: words, default: z.string(), ...described }),
]);

const entry = z.strictObject({
  process: z.string().optional(),
  namespaces: z.array(z.enum(['net', 'mnt', 'uts', 'pid', 'ipc'])).optional(),
  argv: words.optional(),
  quoted: z.literal(true).optional(),
  hostTools: z.boolean().optional(),
});

const requirement = z.strictObject({
  name: z.string().min(1),
  use: z.string().min(1),
  probe: words.optional(),
  package: z.string().optional(),
  mend: z.string().optional(),
});

const costRule = z.strictObject({
  attribute: z.string().optional(),
  setting: z.string().optional(),
  values: z.record(z.string(), z.number().positive()).optional(),
  otherwise: z.number().positive().optional(),
});
const cost = z.union([z.number().positive(), z.array(costRule)]);

/** A platform as data: what `definePlatform` takes, its verbs as texts with placeholders. */
export const platformSchema = z.strictObject({
  ...described,
  aliases: z.array(z.string()).optional(),
  interfaceLimit: z.strictObject({ count: z.int().positive(), message: z.string() }).optional(),
  controlNet: z.boolean().optional(),
  hostFiles: z.enum(['9p', 'own', 'shared']).optional(),
  requires: z.array(requirement).optional(),
  shaping: z.array(z.enum(['vde', 'endnode'])).optional(),
  sharesPnode: z.enum(['any', 'own', 'none']).optional(),
  packingPass: z.int().min(0).optional(),
  resources: z.strictObject({ memory: cost.optional(), cores: cost.optional() }).optional(),
  lacks: z.array(z.enum(LACKS)).optional(),
  settings: z.record(z.string(), setting).optional(),
  verbs: z
    .strictObject({
      exec: entry.optional(),
      shell: words.optional(),
      alive: z.strictObject({ kind: z.string(), name: z.string() }).optional(),
      console: words.optional(),
      ssh: words.optional(),
      stop: z.strictObject({ argv: words, seconds: z.number().positive() }).optional(),
    })
    .optional(),
});

type PlatformData = z.infer<typeof platformSchema>;

/**
 * The platform that `_platform.yaml` declares.
 * @throws UserError naming the lines where it is wrong.
 */
export function platformOfYaml(file: string): PlatformDefinition {
  const { value, lineOf } = readYaml(file);
  const problem = (path: readonly PropertyKey[], message: string, hint?: string): Problem => {
    const line = lineOf(path as (string | number)[]);
    return {
      code: 'bad-platform',
      message: path.length === 0 ? message : `${path.join('.')}: ${message}`,
      place: { file, ...(line !== undefined && { line }) },
      hint: hint ?? 'config/schemas/platform.schema.json has all that a platform may declare',
    };
  };
  const parsed = platformSchema.safeParse(value);
  if (!parsed.success) {
    throw new UserError(
      parsed.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => problem([...issue.path, key], 'there is no such field'))
          : [problem(issue.path, issue.message.replace('Invalid input: ', ''))],
      ),
    );
  }
  const { verbs, ...rest } = parsed.data;
  const wrong = wrongPlaceholders(verbs ?? {}, rest.controlNet ?? false);
  if (wrong.length > 0) {
    throw new UserError(wrong.map(({ path, message, hint }) => problem(['verbs', ...path], message, hint)));
  }
  // Zod has undefined members where there are none: so has no file.
  return { ...rest, ...(verbs && { verbs: verbsOf(verbs) }) } as PlatformDefinition;
}

function verbsOf(verbs: NonNullable<PlatformData['verbs']>): PlatformVerbs {
  return Object.fromEntries(
    Object.entries(verbs).map(([verb, template]) => [
      verb,
      ((node, experiment) => filled(template, node, experiment)) as PlatformVerbs['exec'],
    ]),
  );
}
