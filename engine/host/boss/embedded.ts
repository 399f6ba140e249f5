import { claim, release } from '../../allocate/pool.ts';
import type { PoolState } from '../../allocate/pool.ts';
import { UserError } from '../../model/problem.ts';
import type { Claim } from '../../stage/define.ts';
import { changeRegistry, readRegistry } from '../registry.ts';
import type { Boss } from './boss.ts';

/**
 * A pool of addresses on this host, under the host's lock. Keyed by experiment (PROJECT/NAME) and node.
 * @param network what is given from; without it, boss can only list and take back.
 */
export function embeddedBoss(experiment: string, network?: string): Boss {
  const keys = (nodes: readonly string[]) => nodes.map((node) => ({ experiment, node }));
  const ask = (state: PoolState, claims: readonly Claim[]) => {
    if (network === undefined) throw new Error('boss was asked for addresses, but not told which there are');
    const answer = claim(state, keys(claims.map(({ node }) => node)), { network });
    if (answer.problem) throw new UserError(answer.problem);
    const leases = answer.leases.map(({ node, address, prefix, mac }) => ({ node, address, prefix, mac }));
    return { state: answer.state, leases };
  };
  return {
    claim: (claims) =>
      changeRegistry(`${experiment} (claiming addresses)`, (registry) => {
        const { state, leases } = ask(registry.pool, claims);
        return [{ ...registry, pool: state }, leases];
      }),
    foretell: (claims) => Promise.resolve(ask(readRegistry().pool, claims).leases),
    release: (nodes) =>
      changeRegistry(`${experiment} (releasing addresses)`, (registry) => [
        { ...registry, pool: release(registry.pool, keys(nodes)) },
        undefined,
      ]),
    list: () =>
      Promise.resolve(
        readRegistry()
          .pool.leases.filter((lease) => lease.experiment === experiment)
          .map(({ node }) => node),
      ),
  };
}
