import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { UserError } from '../model/problem.ts';
import type { Place, Problem } from '../model/problem.ts';
import { accountsSchema, fileSystemsSchema } from './file-system-settings.ts';
import { pnodesSchema } from './pnode-settings.ts';
import { packageRoot } from './package-root.ts';
import { readYaml } from './yaml-file.ts';

/** Where a site keeps its own settings. */
export const SITE_FILE = '/etc/benito/site.yaml';

const cidr = z
  .string()
  .refine((text) => ipaddr.IPv4.isValidCIDR(text), 'an IPv4 prefix such as 10.0.0.0/8 is needed')
  .meta({ pattern: '^\\d+\\.\\d+\\.\\d+\\.\\d+/\\d+$' });

const path = z.string().startsWith('/', 'a path from / on is needed');

const xmlrpcSchema = z.strictObject({
  url: z
    .string()
    .refine((text) => /^https:\/\/\S/.test(text) && URL.canParse(text), 'an https:// URL is needed')
    .meta({ description: "Boss's address.", pattern: '^https://\\S' }),
  certificate: path.describe('Our certificate, in PEM: boss knows us by it.'),
  key: path.describe('The private key of our certificate, in PEM.'),
  ca: path.describe('The certificate of who vouches for boss, in PEM.'),
  timeout_seconds: z.number().positive().max(600),
  retries: z.int().min(0).max(100),
});

/** How to speak to a boss over XML-RPC: files in PEM, times in seconds. */
export type XmlrpcSettings = z.infer<typeof xmlrpcSchema>;

const controlNetSchema = z
  .strictObject({
    boss: z.enum(['embedded', 'xmlrpc']),
    pool: cidr,
    interface: z
      .string()
      .regex(/^[^\s/:]{1,15}$/, 'the name of an interface of this host, or null, is needed')
      .nullable(),
    xmlrpc: xmlrpcSchema.partial({ url: true, certificate: true, key: true, ca: true }),
  })
  .superRefine(({ boss, xmlrpc }, context) => {
    if (boss !== 'xmlrpc') return;
    for (const key of ['url', 'certificate', 'key', 'ca'] as const) {
      if (xmlrpc[key] !== undefined) continue;
      context.addIssue({
        code: 'custom',
        path: ['xmlrpc', key],
        message: 'needed, since control_net.boss is xmlrpc',
      });
    }
  });

const packingSchema = z.strictObject({ nodes: z.int().min(1), nodes_only: z.boolean() });

/** All settings of a site; a site's own file may say any part of them. */
export const settingsSchema = z.strictObject({
  project: z.string().regex(/^[A-Za-z0-9_-]+$/),
  default_platform: z.string().min(1),
  address_space: cidr,
  control_net: controlNetSchema,
  packing: packingSchema,
  pnodes: pnodesSchema,
  ipv6: z.boolean(),
  shaping: z.strictObject({ end_nodes: z.boolean(), queue: z.int().positive(), awake: z.boolean() }),
  accounts: accountsSchema,
  file_systems: fileSystemsSchema,
  /** By platform and setting; each platform declares its own. */
  platforms: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});

/** The site settings, complete. */
export type Settings = z.infer<typeof settingsSchema>;

/**
 * The shipped defaults with the site's own file laid over them.
 * @throws UserError naming file, line and setting.
 */
export function loadSettings(siteFile = SITE_FILE): Settings {
  const defaults = readYaml(join(packageRoot(), 'config', 'site.yaml'));
  const site = existsSync(siteFile) ? readYaml(siteFile) : undefined;
  const parsed = settingsSchema.safeParse(merge(defaults.value, site?.value ?? {}));
  if (parsed.success) return parsed.data;
  throw new UserError(
    parsed.error.issues.map((issue): Problem => {
      const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
      const line = site?.lineOf(path as (string | number)[]);
      return {
        code: 'bad-setting',
        message: `setting ${path.join('.')}: ${issue.message}`,
        place: { file: siteFile, ...(line !== undefined && { line }) },
        hint: 'config/site.yaml lists every setting with its default',
      };
    }),
  );
}

/** Where a setting is in a site file; only the file where it does not say it, or is not there. */
export function settingPlace(path: readonly (string | number)[], siteFile = SITE_FILE): Place {
  const line = existsSync(siteFile) ? readYaml(siteFile).lineOf(path) : undefined;
  return { file: siteFile, ...(line !== undefined && { line }) };
}

function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over ?? base;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in over ? merge(base[key], over[key]) : base[key]]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
