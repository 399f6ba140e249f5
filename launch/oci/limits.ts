import { UserError, defineStage, effect, fileBeside } from 'benito-pipeline';
import type { Effect, One, Problem } from 'benito-pipeline';

/** Where a container's limits are. */
export interface Limits {
  /** Cgroups of version 1 that it joins. */
  readonly cgroups: readonly string[];
  /** What its own cgroup of version 2 is given: mount point and controllers, then a FILE=VALUE a line; empty for nothing. */
  readonly own: string;
  readonly effects: readonly Effect[];
}

declare module 'benito-pipeline' {
  interface Facts {
    /** By node. */
    containerLimits: One<Readonly<Record<string, Limits>>>;
  }
}

const PROBE = 'cgroup controllers';
const PERIOD = 100_000;

type Controller = 'memory' | 'cpu' | 'pids';
type Where = Partial<Record<Controller, { readonly version: string; readonly mount: string }>>;

/** Lifetimes are our own cgroups'; limits may have to be in others, where the host has its controllers in version 1. */
export default defineStage({
  summary: 'Limit memory, processor time and processes of the containers',
  needs: ['experiment', 'nodes', 'containerRoots'],
  provides: ['containerLimits'],
  probes: () => [{ name: PROBE, argv: [fileBeside(import.meta.url, '_controllers.sh')] }],
  plan({ facts: { experiment, nodes, containerRoots }, probed }) {
    const where = read(probed[PROBE]!.stdout);
    const problems: Problem[] = [];
    const missing = new Set<Controller>();
    const byNode = nodes
      .filter(({ ghost }) => !ghost)
      .map(({ name: node, failureAction }) => {
        const { memory, cpus, pids, asked } = containerRoots[node]!;
        const wanted = (Object.entries({ memory, cpu: cpus, pids }) as [Controller, number][]).filter(
          ([, value]) => value > 0,
        );
        const files: string[] = [];
        const own: [Controller, string][] = [];
        let mount = '';
        for (const [controller, value] of wanted) {
          const found = where[controller];
          if (!found && asked.includes(controller)) problems.push(noController(controller, node));
          if (!found) missing.add(controller);
          else if (found.version === '1')
            files.push(
              ...VERSION_1[controller](value).map(
                (file) => `${found.mount}/benito-pipeline/${experiment.id}/${node}/${file}`,
              ),
            );
          else {
            mount = found.mount;
            own.push([controller, VERSION_2[controller](value)]);
          }
        }
        const made = files.length === 0 ? [] : [limitsEffect(experiment, node, files, failureAction)];
        const limits: Limits = {
          cgroups: [...new Set(files.map((file) => file.slice(0, file.lastIndexOf('/'))))],
          own:
            own.length === 0
              ? ''
              : [[mount, ...own.map(([name]) => name)].join(' '), ...own.map(([, line]) => line), ''].join(
                  '\n',
                ),
          effects: made,
        };
        return [node, limits] as const;
      });
    if (problems.length > 0) throw new UserError(problems);
    return {
      effects: byNode.flatMap(([, { effects }]) => effects),
      facts: { containerLimits: Object.fromEntries(byNode) },
      notes: [...missing].map(
        (controller) =>
          `this host has no cgroup controller '${controller}': containers go without that limit`,
      ),
    };
  },
});

const VERSION_1: Readonly<Record<Controller, (value: number) => readonly string[]>> = {
  memory: (mib) => [`memory.limit_in_bytes=${mib * 1024 * 1024}`],
  cpu: (cores) => [`cpu.cfs_quota_us=${Math.round(cores * PERIOD)}`],
  pids: (count) => [`pids.max=${count}`],
};
const VERSION_2: Readonly<Record<Controller, (value: number) => string>> = {
  memory: (mib) => `memory.max=${mib * 1024 * 1024}`,
  cpu: (cores) => `cpu.max=${Math.round(cores * PERIOD)} ${PERIOD}`,
  pids: (count) => `pids.max=${count}`,
};

function read(lines: string): Where {
  const found = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))
    .map(([controller, version, mount]) => [controller, { version, mount }] as const);
  return Object.fromEntries(found) as Where;
}

function limitsEffect(
  { project, name }: { readonly project: string; readonly name: string },
  node: string,
  files: readonly string[],
  failure: 'fatal' | 'nonfatal',
): Effect {
  const command = (verb: string): readonly string[] => [
    fileBeside(import.meta.url, '_limits.sh'),
    verb,
    ...files,
  ];
  return effect.command(
    {
      identity: `limits of ${project}/${name}/${node}`,
      label: `the limits of ${node}`,
      observe: command('has'),
      make: command('make'),
      unmake: command('unmake'),
    },
    { node, failure },
  );
}

function noController(controller: Controller, node: string): Problem {
  return {
    code: 'no-controller',
    message: `the node '${node}' asks for a limit of ${controller}, and this host has no cgroup controller for it`,
    hint: 'see /proc/cgroups; or take the attribute away',
  };
}
