import { posix } from 'node:path';
import * as z from 'zod';

/** Where a node, or a file server's own root, has things that no export may cover. */
const TAKEN = [
  '/bin',
  '/dev',
  '/diod',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var',
];

const directory = z
  .string()
  .refine(
    (text) => text === 'auto' || text === 'none' || /^\/[^\s\\]*$/.test(text),
    "a directory from / on, without blanks, or 'auto' or 'none' is needed",
  );

const exportsSchema = z.record(z.string(), directory).superRefine((exports, context) => {
  const paths = Object.keys(exports);
  for (const path of paths) {
    const outer = [...TAKEN, ...paths.filter((other) => other !== path)].find(
      (other) => path === other || path.startsWith(`${other}/`),
    );
    const message =
      posix.normalize(path) !== path || !/^\/[\w.-]+(\/[\w.-]+)*$/.test(path)
        ? 'a path such as /users is needed'
        : outer !== undefined && `nodes have ${outer} already: choose a path outside it`;
    if (message) context.addIssue({ code: 'custom', path: [path], message });
  }
});

/** The host's file systems in nodes that cannot see them. */
export const fileSystemsSchema = z.strictObject({
  server: z.enum(['diod', 'virtio', 'none']),
  trust_guests: z.boolean(),
  /** Path in the nodes -> directory of this host, `auto`, or `none`. */
  exports: exportsSchema,
});

/** Names of users of this host who are known in the nodes. */
export const accountsSchema = z.array(
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, "a user's name is needed")
    .refine((name) => name !== 'root', 'root is no account: see file_systems.trust_guests'),
);
