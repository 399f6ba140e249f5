import { attribute, computers, defineStage } from 'benito-pipeline';
import type { PlatformFact, Topology } from 'benito-pipeline';

/**
 * Requisitions control-net addresses and MACs from boss: one for each pnode, where the control bridge and the file
 * servers will be, and one for each node whose platform has a way onto the control net.
 */
export default defineStage({
  summary: 'Claim the control-net addresses from boss',
  needs: ['wired', 'embedding', 'platforms'],
  provides: ['leases'],
  claims: ({ facts: { wired, embedding, platforms } }) => [
    ...embedding.pnodes.map(({ name }) => ({ node: name })),
    ...onControlNet(wired, platforms).map((node) => ({ node })),
  ],
  plan: ({ claimed }) => ({ facts: { leases: claimed } }),
});

function onControlNet(topology: Topology, platforms: readonly PlatformFact[]): readonly string[] {
  const able = new Set(platforms.filter(({ controlNet }) => controlNet).map(({ name }) => name));
  return computers(topology)
    .filter((computer) => able.has(attribute(computer, 'containers:node_type')!))
    .map(({ name }) => name);
}
