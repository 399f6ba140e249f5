/** All that a stage may import, as 'benito-pipeline'. */
export { defineStage, skip } from './stage/define.ts';
export type {
  Claim,
  Lease,
  PlanContext,
  Probe,
  ProbeAnswer,
  Skip,
  StageContext,
  StageDefinition,
  StageResult,
} from './stage/define.ts';
export { effect } from './stage/effects.ts';
export {
  CABLE_PRIORITY,
  nodeInterfaces,
  nodeNamespace,
  SOCKET_QUEUE,
  startCommand,
} from './stage/node-parts.ts';
export { fileBeside } from './stage/file-beside.ts';
export type * from './stage/effects.ts';
export type * from './stage/facts.ts';
export { definePlatform } from './platform/define.ts';
export { sshCommand, sshKeyPath, sshLogin } from './platform/ssh.ts';
export type { Entry, Farewell, Lack, PlatformDefinition, PlatformVerbs } from './platform/define.ts';
export type { Requirement } from './platform/requirements.ts';
export type { SettingDefinition } from './platform/settings.ts';
export type { Effect } from './model/effect.ts';
export type * from './model/experiment.ts';
export type * from './model/file-systems.ts';
export type * from './model/shaping.ts';
export type * from './model/packing.ts';
export type * from './model/topology.ts';
export type * from './model/vnode.ts';
export { attribute, computers, withAttribute } from './model/queries.ts';
export { costOf } from './allocate/packing/costs.ts';
export { layOutTrunks } from './allocate/packing/crossings.ts';
export { embed, lacksOf } from './allocate/packing/embed.ts';
export type { Demand, Shortage } from './allocate/packing/embed.ts';
export { pack } from './allocate/packing/pack.ts';
export type { PackedNode } from './allocate/packing/pack.ts';
export { assignAddresses } from './allocate/addresses.ts';
export { assignMacs, hashedMac } from './allocate/macs.ts';
export { interfaceName } from './allocate/names.ts';
export { assignPorts } from './allocate/switch-ports.ts';
export { delayElements, vlansOf } from './allocate/delay-elements.ts';
export { shapeNetworks } from './allocate/shape-networks.ts';
export { join as joinWires } from './allocate/wires.ts';
export { withChanges } from './allocate/shape-changes.ts';
export { buildGraph } from './allocate/graph.ts';
export { computeRoutes } from './allocate/routes.ts';
export { earlierAddresses, earlierMacs, earlierPorts } from './allocate/earlier.ts';
export { formatRoutes } from './config/files.ts';
export type { Settings } from './config/settings.ts';
export { CONTROL_NET, ONLY_PNODE, PNODE_TYPE } from './config/nodes.ts';
export { digest } from './model/digest.ts';
export { UserError } from './model/problem.ts';
export type { Place, Problem } from './model/problem.ts';
