import type { Embedding } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';

/** What tells which pnode of an experiment a machine is. */
export interface ThisHost {
  /** `--pnode`: a pnode's name in the experiment, or what the site calls it. */
  readonly pnode?: string;
  /** As `hostname` prints it. */
  readonly hostname: string;
}

/**
 * The name of the pnode that this machine is: the one that the user names, or the only one there is, or the one whose host
 * is called as this machine is, with or without its domain.
 * @throws UserError where that leads to none, listing those there are.
 */
export function thisPnode(
  { pnodes }: Embedding,
  { pnode: asked, hostname }: ThisHost = { hostname: '' },
): string {
  const list = pnodes.map(({ name, host }) => (host === undefined ? name : `${name} (${host})`)).join(', ');
  if (asked !== undefined) {
    const found = pnodes.find(({ name, host }) => name === asked || host === asked);
    if (found) return found.name;
    throw new UserError({
      code: 'no-such-pnode',
      message: `the experiment has no pnode '${asked}'`,
      hint: `its pnodes: ${list}`,
    });
  }
  if (pnodes.length === 1) return pnodes[0]!.name;
  const found =
    pnodes.find(({ host }) => host === hostname) ??
    pnodes.find(({ host }) => host !== undefined && shortName(host) === shortName(hostname));
  if (found) return found.name;
  throw new UserError({
    code: 'which-pnode',
    message: `the experiment is on ${pnodes.length} pnodes, and this machine, '${hostname}', is none of them`,
    hint: `say which one it is to be with --pnode: ${list}`,
  });
}

function shortName(host: string): string {
  return host.split('.', 1)[0]!;
}
