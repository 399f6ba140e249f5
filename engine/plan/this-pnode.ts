import type { Embedding } from '../model/experiment.ts';
import { UserError } from '../model/problem.ts';

/** What tells which pnode of an experiment a machine is. */
export interface ThisHost {
  /** `--pnode`: a pnode's name in the experiment, or what the site calls it. */
  readonly pnode?: string;
  /** As `hostname` prints it. */
  readonly hostname: string;
  /** The pnode whose part this machine has had so far; asked only where that matters. */
  earlier?(): string | undefined;
}

/**
 * The name of the pnode that this machine is: the one that the user names, or the only one there is, or the one that it
 * has been, or the one whose host is called as this machine is, with or without its domain.
 * @throws UserError where that leads to none, listing those there are.
 */
export function thisPnode({ pnodes }: Embedding, host: ThisHost = { hostname: '' }): string {
  const { pnode: asked, hostname } = host;
  const list = pnodes
    .map((one) => (one.host === undefined ? one.name : `${one.name} (${one.host})`))
    .join(', ');
  if (asked !== undefined) {
    const found = pnodes.find((one) => one.name === asked || one.host === asked);
    if (found) return found.name;
    throw new UserError({
      code: 'no-such-pnode',
      message: `the experiment has no pnode '${asked}'`,
      hint: `its pnodes: ${list}`,
    });
  }
  if (pnodes.length === 1) return pnodes[0]!.name;
  const earlier = host.earlier?.();
  const found =
    pnodes.find(({ name }) => name === earlier) ??
    pnodes.find((one) => one.host === hostname) ??
    pnodes.find((one) => one.host !== undefined && shortName(one.host) === shortName(hostname));
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
