import type { EffectKinds } from '../plan/kind.ts';
import type { HostContext } from './context.ts';
import { addressKind } from './kinds/address.ts';
import { archiveKind } from './kinds/archive.ts';
import { bridgeKind } from './kinds/bridge.ts';
import { commandKind } from './kinds/command.ts';
import { directoryKind } from './kinds/directory.ts';
import { fileKind } from './kinds/file.ts';
import { netnsKind } from './kinds/netns.ts';
import { processKind } from './kinds/process.ts';
import { routesKind } from './kinds/routes.ts';
import { sysctlKind } from './kinds/sysctl.ts';
import { tapKind } from './kinds/tap.ts';
import { taskKind } from './kinds/task.ts';

/** Every kind of effect that this program knows how to make. */
export function effectKinds(host: HostContext): EffectKinds {
  const kinds = [
    directoryKind,
    fileKind,
    archiveKind(host),
    sysctlKind(host),
    netnsKind(host),
    bridgeKind,
    addressKind,
    tapKind,
    routesKind(host),
    processKind(host),
    taskKind(host),
    commandKind(host),
  ];
  return new Map(kinds.map((kind) => [kind.kind, kind]));
}
