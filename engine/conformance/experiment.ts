import type { PlatformDefinition } from '../platform/define.ts';
import { computer, topdl } from './topdl.ts';

/** The small experiment that a platform is tried on. */
export interface LabExperiment {
  /** TopDL. */
  readonly text: string;
  /** Its nodes that are started, in order. */
  readonly nodes: readonly string[];
  readonly ghost: string;
  /** Who has a start command, and what that must have printed in its first life. */
  readonly starts?: {
    readonly node: string;
    readonly stdout: string;
    readonly stderr: string;
    readonly status: string;
  };
}

/**
 * A LAN, a router and a link behind it, where the platform's nodes can route; two nodes on a LAN where they cannot. One has a
 * start command, and there is a ghost.
 */
export function labExperiment(platform: string, definition: PlatformDefinition): LabExperiment {
  const { interfaceLimit, lacks = [] } = definition;
  const routed = (interfaceLimit?.count ?? Infinity) > 1 && !lacks.includes('routes');
  const wires: Readonly<Record<string, readonly string[]>> = routed
    ? { alpha: ['lan'], router: ['lan', 'link'], gamma: ['link'] }
    : { alpha: ['lan'], beta: ['lan'] };
  const starts = lacks.includes('startCommands') ? undefined : START;
  const computers = Object.entries(wires).map(([name, on]) =>
    computer(name, on, {
      'containers:node_type': platform,
      ...(name === starts?.node && { startup: starts.command }),
    }),
  );
  const ghost = computer('ghost', ['lan'], { 'containers:node_type': platform, 'containers:ghost': 'true' });
  return {
    text: topdl(routed ? ['lan', 'link'] : ['lan'], [...computers, ghost]),
    nodes: Object.keys(wires),
    ghost: 'ghost',
    ...(starts && { starts }),
  };
}

/** Where a start command counts its lives, in the node; a host's scan leaves the folder out. */
export const LIVES = '/tmp/scan/lives';

/** Quotes, an ampersand and a dollar sign have to get there unharmed. */
const START = {
  node: 'alpha',
  command: `mkdir -p /tmp/scan; echo life >>${LIVES}; printf '%s\\n' "it's <\\$1> & 2"; cat ${LIVES}; echo complaint >&2; exit 3`,
  stdout: "it's <$1> & 2\nlife\n",
  stderr: 'complaint\n',
  status: '3\n',
};
