import type { Journal } from '../journal/journal.ts';
import type { Claim, Lease } from '../stage/define.ts';

/** The part of boss that a run needs. */
export interface ClaimingBoss {
  claim(claims: readonly Claim[]): Promise<readonly Lease[]>;
  release(nodes: readonly string[]): Promise<void>;
  /** The nodes of this experiment that hold leases, whatever our journal says. */
  list(): Promise<readonly string[]>;
}

/**
 * Has boss answer claims, written down before the question and after the answer: what a crash in between cost is
 * found again by asking boss for its list.
 */
export async function claimLeases(
  boss: ClaimingBoss,
  journal: Journal,
  claims: readonly Claim[],
): Promise<readonly Lease[]> {
  journal.append([{ type: 'asking', nodes: claims.map(({ node }) => node) }], { durable: true });
  const leases = await boss.claim(claims);
  journal.append([{ type: 'leased', leases }], { durable: true });
  return leases;
}

/** Gives back what the experiment holds and `keep` does not name, by our journal or by boss's own list. */
export async function releaseLeases(
  boss: ClaimingBoss,
  journal: Journal,
  keep: ReadonlySet<string>,
): Promise<void> {
  const held = new Set([...journal.leases.keys(), ...journal.asked, ...(await boss.list())]);
  const gone = [...held].filter((node) => !keep.has(node));
  if (gone.length === 0) return;
  await boss.release(gone);
  journal.append([{ type: 'released', nodes: gone }], { durable: true });
}
