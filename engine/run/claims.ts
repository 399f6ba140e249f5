import type { XmlrpcSettings } from '../config/settings.ts';
import type { Journal } from '../journal/journal.ts';
import { UserError } from '../model/problem.ts';
import type { Claim, Lease } from '../stage/define.ts';

/** The part of boss that a run needs. */
export interface ClaimingBoss {
  /** The way to a boss elsewhere; none for the one on this host. */
  readonly elsewhere?: XmlrpcSettings;
  claim(claims: readonly Claim[]): Promise<readonly Lease[]>;
  release(nodes: readonly string[]): Promise<void>;
  /** The nodes of this experiment that hold leases, whatever our journal says. */
  list(): Promise<readonly string[]>;
}

/** Marks an error of `claim` after which it is certain that boss gave nothing, nor will. */
export function nothingGiven<E extends Error>(error: E): E {
  return Object.assign(error, { nothingGiven: true });
}

/**
 * Has boss answer claims, written down before the question and after the answer: what a crash in between cost is
 * found again by asking boss for its list.
 * @throws UserError where another boss holds leases of the experiment; what boss throws.
 */
export async function claimLeases(
  boss: ClaimingBoss,
  journal: Journal,
  claims: readonly Claim[],
): Promise<readonly Lease[]> {
  refuseOther(boss, journal);
  const nodes = claims.map(({ node }) => node);
  const fresh = nodes.filter((node) => !journal.asked.has(node));
  const { elsewhere } = boss;
  journal.append([{ type: 'asking', nodes, ...(elsewhere && { elsewhere }) }], { durable: true });
  try {
    const leases = await boss.claim(claims);
    journal.append([{ type: 'leased', leases }], { durable: true });
    return leases;
  } catch (error) {
    const isCertain = (error as { nothingGiven?: boolean }).nothingGiven === true;
    if (isCertain) journal.append([{ type: 'unasked', nodes: fresh }], { durable: true });
    throw error;
  }
}

/**
 * Gives back what the experiment holds and `keep` does not name, by our journal or by boss's own list. A boss elsewhere
 * is not asked where our journal names nothing that is to go.
 */
export async function releaseLeases(
  boss: ClaimingBoss,
  journal: Journal,
  keep: ReadonlySet<string>,
): Promise<void> {
  const known = [...journal.leases.keys(), ...journal.asked];
  if (boss.elsewhere && known.every((node) => keep.has(node))) return;
  refuseOther(boss, journal);
  const held = new Set([...known, ...(await boss.list())]);
  const gone = [...held].filter((node) => !keep.has(node));
  if (gone.length === 0) return;
  await boss.release(gone);
  journal.append([{ type: 'released', nodes: gone }], { durable: true });
}

/** Leases of two bosses cannot be told apart, and go back to who gave them. */
function refuseOther({ elsewhere }: ClaimingBoss, journal: Journal): void {
  if (journal.leases.size + journal.asked.size === 0 || journal.lessor?.url === elsewhere?.url) return;
  const named = (boss: XmlrpcSettings | undefined): string =>
    boss === undefined ? 'the embedded boss of this host' : `boss at ${boss.url}`;
  throw new UserError({
    code: 'boss-changed',
    message: `the experiment holds leases of ${named(journal.lessor)}, and the settings name ${named(elsewhere)}`,
    hint: 'take it down first (benito-pipeline down), or put the settings control_net.boss and control_net.xmlrpc.url back',
  });
}
