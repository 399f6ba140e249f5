import * as z from 'zod';
import type { Effect } from '../model/effect.ts';
import { effectId } from '../model/effect.ts';
import { effect } from './effects.ts';
import type * as from from './effects.ts';

/** How JSON refers to an effect: `KIND NAME`, or the effect itself, as facts hold it. */
const reference = z.union([
  z.string().regex(/^[a-z]+ ./, 'KIND NAME is needed, such as "netns demo.star.n-0"'),
  z.looseObject({ kind: z.string(), name: z.string() }),
]);
type Reference = z.infer<typeof reference>;

/** An effect of a certain kind: its name will do. */
const named = z.union([z.string().min(1), z.looseObject({ kind: z.string(), name: z.string() })]);

const texts = z.array(z.string());
const words = texts.min(1);
const values = z.record(z.string(), z.string());
const mode = z.string().regex(/^[0-7]{3,4}$/, 'an octal mode such as "0644" is needed');
const mac = z
  .string()
  .regex(/^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/, 'six octets such as 02:00:00:00:00:01 are needed');
const address = z
  .string()
  .regex(/^[0-9.]+\/\d+$/, 'an address with its prefix, such as 10.0.0.1/24, is needed');
const path = z.string().startsWith('/', 'a path from / on is needed');
const readiness = z.strictObject({
  socket: path.optional(),
  file: path.optional(),
  tcp: z.strictObject({ address: z.string(), port: z.int() }).optional(),
  seconds: z.number().positive().optional(),
});

const options = {
  after: z.array(reference).optional(),
  within: z.array(reference).optional(),
  diesWith: z.array(reference).optional(),
  node: z.string().optional(),
  failure: z.enum(['fatal', 'nonfatal']).optional(),
  keep: z.enum(['user', 'history']).optional(),
  shared: z.boolean().optional(),
  weight: z.number().positive().optional(),
};

/** One schema a kind: what the function of that name in `effect` takes, and its options, side by side. */
export const effectSchemas = {
  directory: kind('directory', { path, mode: mode.optional() }),
  file: kind('file', { path, content: z.string(), mode: mode.optional(), inPlace: z.boolean().optional() }),
  archive: kind('archive', {
    path,
    root: path,
    members: z.array(z.strictObject({ path, sha256: z.string() })),
  }),
  sysctl: kind('sysctl', { key: z.string(), raiseBy: z.number().optional(), atLeast: z.number().optional() }),
  netns: kind('netns', { name: z.string(), sysctls: values.optional() }),
  bridge: kind('bridge', {
    device: z.string(),
    mac: mac.optional(),
    routes: texts.optional(),
    settings: values.optional(),
    joins: z.string().optional(),
  }),
  address: kind('address', { bridge: named, address }),
  tap: kind('tap', {
    device: z.string(),
    mac,
    addresses: z.array(address).optional(),
    mtu: z.int().positive().optional(),
    netns: named.optional(),
    bridge: named.optional(),
  }),
  routes: kind('routes', {
    netns: named,
    script: path.optional(),
    configDir: path,
    hostname: z.string(),
    table: z.string(),
  }),
  process: kind('process', {
    name: z.string(),
    argv: words,
    netns: named.optional(),
    enter: named.optional(),
    env: values.optional(),
    start: z.enum(['exits', 'stays']).optional(),
    creates: z.array(path).optional(),
    ready: readiness.optional(),
    nice: z.number().int().min(-20).max(19).optional(),
    label: z.string().optional(),
  }),
  task: kind('task', {
    name: z.string(),
    enter: named,
    argv: words,
    through: words.optional(),
    stdout: path,
    stderr: path,
    status: path,
  }),
  command: kind('command', {
    identity: z.string(),
    observe: words.optional(),
    of: z.array(named).optional(),
    make: words,
    unmake: words.optional(),
    seconds: z.number().positive().optional(),
    label: z.string().optional(),
  }),
};

type Kind = keyof typeof effectSchemas;
type Json<K extends Kind> = z.infer<(typeof effectSchemas)[K]>;

/** An effect as JSON: a member of this union. */
export type EffectJson = { [K in Kind]: Json<K> }[Kind];

/** The schema of any effect. */
export const effectJson = z.discriminatedUnion('kind', [
  effectSchemas.directory,
  effectSchemas.file,
  effectSchemas.archive,
  effectSchemas.sysctl,
  effectSchemas.netns,
  effectSchemas.bridge,
  effectSchemas.address,
  effectSchemas.tap,
  effectSchemas.routes,
  effectSchemas.process,
  effectSchemas.task,
  effectSchemas.command,
]);

/**
 * The effect that JSON describes: what the function of its kind makes of the same data, edges that follow from it included.
 * @throws UserError as that function does.
 */
export function effectOf(json: EffectJson): Effect {
  const { kind: _kind, after, within, diesWith, node, failure, keep, shared, weight, ...spec } = json;
  const options = defined({
    after: after?.map(referred),
    within: within?.map(referred),
    diesWith: diesWith?.map(referred),
    node,
    failure,
    keep,
    shared,
    weight,
  }) as from.EffectOptions;
  const given = defined(
    Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, resolved(key, value)])),
  );
  return (effect[json.kind] as (spec: unknown, options: from.EffectOptions) => Effect)(given, options);
}

/** Members that name other effects, and of which kind those are. */
const NAMING: Readonly<Record<string, Kind>> = {
  netns: 'netns',
  bridge: 'bridge',
  enter: 'process',
  of: 'process',
};

function resolved(key: string, value: unknown): unknown {
  const kind = NAMING[key];
  if (kind === undefined || value === undefined) return value;
  if (Array.isArray(value)) return value.map((one) => namedEffect(kind, one as Reference));
  return namedEffect(kind, value as Reference);
}

function namedEffect(kind: Kind, value: Reference): Effect {
  const name = typeof value === 'string' ? value.replace(`${kind} `, '') : value.name;
  return stub(kind, name);
}

function referred(value: Reference): Effect {
  const id = typeof value === 'string' ? value : effectId(value);
  const space = id.indexOf(' ');
  return stub(id.slice(0, space), id.slice(space + 1));
}

/** Of another effect its identity is all that counts. */
function stub(kind: string, name: string): Effect {
  return { kind, name, spec: {}, edges: { after: [], within: [], diesWith: [] } };
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

function kind<K extends string, Shape extends z.ZodRawShape>(name: K, shape: Shape) {
  return z.strictObject({ kind: z.literal(name), ...shape, ...options });
}
