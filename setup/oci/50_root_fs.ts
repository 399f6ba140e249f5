import { UserError, defineStage, fileBeside } from 'benito-pipeline';
import type { One, Probe, Problem, Settings, VNode } from 'benito-pipeline';
import { diskSize } from './_disk_size.ts';

/** What a container's root consists of, and what the node may use. */
export interface ContainerRoot {
  /** `debian`, or the path of a directory or tarball. */
  readonly rootfs: string;
  /** KiB that it may write to its root; absent: as much as the host's disk holds. */
  readonly diskKib?: number;
  /** MiB; 0: no limit, as for the others. */
  readonly memory: number;
  /** Cores. */
  readonly cpus: number;
  readonly pids: number;
  /** Limits that the node itself asks for. */
  readonly asked: readonly ('memory' | 'cpu' | 'pids')[];
}

declare module 'benito-pipeline' {
  interface Facts {
    /** By node. */
    containerRoots: One<Readonly<Record<string, ContainerRoot>>>;
  }
}

/** The node's interface on the control net. */
const CONTROL = 'control0';
/** Roots that are made here. */
const MADE = ['debian'];
const FIND = '_find_template.sh';

/** Each container's root, and its limits, from its attributes and the site's settings. */
export default defineStage({
  summary: "Settle the containers' roots and limits",
  needs: ['nodes', 'settings'],
  provides: ['containerRoots'],
  probes: ({ facts: { nodes, settings } }) =>
    nodes.flatMap((node) => {
      const [template, rootfs] = [templateOf(node), rootfsOf(node, settings)];
      if (template !== undefined) return [templateProbe(template, settings)];
      return rootfs.includes('/') ? [rootfsProbe(rootfs)] : [];
    }),
  plan({ facts: { nodes, settings }, probed }) {
    const problems: Problem[] = [];
    const notes = new Set<string>();
    const answer = ({ name }: Probe): string => probed[name]?.stdout.trim() ?? '';
    const roots = nodes.map((node) => {
      const template = templateOf(node);
      let rootfs = rootfsOf(node, settings);
      if (template !== undefined) {
        const found = answer(templateProbe(template, settings));
        if (found) rootfs = found;
        else if (settings.platforms.oci!.missing_template === 'error')
          problems.push(noTemplate(node, template, settings));
        else notes.add(`the template ${template} is nowhere here: the default root is in its place`);
      } else if (rootfs.includes('/') && !answer(rootfsProbe(rootfs))) {
        problems.push(
          wrong(node, 'containers:oci_rootfs', rootfs, 'the path of a directory or tarball of this host'),
        );
      } else if (!rootfs.includes('/') && !MADE.includes(rootfs)) {
        problems.push(
          wrong(node, 'containers:oci_rootfs', rootfs, `${MADE.join(', ')}, or a path with a / in it`),
        );
      }
      if (node.interfaces.some(({ name }) => name === CONTROL)) problems.push(reserved(node));
      const disk = valueOf(node, 'containers:openvz_diskspace');
      const diskKib = disk === undefined ? undefined : diskSize(disk);
      if (disk !== undefined && diskKib === undefined)
        problems.push(
          wrong(
            node,
            'containers:openvz_diskspace',
            disk,
            '16M or more: a number with G or M behind it, or of KiB',
          ),
        );
      const limit = (name: string, least: number, unit: string, whole = true): number => {
        const asked = valueOf(node, `containers:oci_${name}`);
        const value = Number(asked ?? settings.platforms.oci![name]);
        const right = value === 0 || (value >= least && value < 1e9 && (!whole || Number.isInteger(value)));
        if (!right) problems.push(wrong(node, `containers:oci_${name}`, asked ?? String(value), unit));
        return value;
      };
      const asks = (name: string): boolean => valueOf(node, `containers:oci_${name}`) !== undefined;
      const root: ContainerRoot = {
        rootfs,
        ...(diskKib !== undefined && { diskKib }),
        memory: limit('memory', 16, 'MiB, 16 or more, or 0 for no limit'),
        cpus: limit('cpus', 0.01, 'cores, such as 0.5, or 0 for no limit', false),
        pids: limit('pids', 16, '16 or more, or 0 for no limit'),
        asked: [
          ...(asks('memory') ? (['memory'] as const) : []),
          ...(asks('cpus') ? (['cpu'] as const) : []),
          ...(asks('pids') ? (['pids'] as const) : []),
        ],
      };
      return [node.name, root] as const;
    });
    if (problems.length > 0) throw new UserError(problems);
    return { facts: { containerRoots: Object.fromEntries(roots) }, notes: [...notes] };
  },
});

function rootfsOf(node: VNode, settings: Settings): string {
  return valueOf(node, 'containers:oci_rootfs') ?? String(settings.platforms.oci!.rootfs);
}

/** A root of its own goes before a template. */
function templateOf(node: VNode): string | undefined {
  if (valueOf(node, 'containers:oci_rootfs') !== undefined) return undefined;
  return valueOf(node, 'containers:openvz_template');
}

function templateProbe(template: string, settings: Settings): Probe {
  const directories = String(settings.platforms.oci!.template_dirs).split(':').filter(Boolean);
  return {
    name: `template ${template}`,
    argv: [fileBeside(import.meta.url, FIND), template, ...directories],
  };
}

function rootfsProbe(path: string): Probe {
  return {
    name: `root ${path}`,
    argv: ['find', path, '-maxdepth', '0', '-follow', '(', '-type', 'f', '-o', '-type', 'd', ')'],
  };
}

function noTemplate({ name }: VNode, template: string, settings: Settings): Problem {
  return {
    code: 'no-such-template',
    message: `the node '${name}' has containers:openvz_template '${template}', and there is no such tarball in ${String(settings.platforms.oci!.template_dirs)}`,
    hint: 'put it there, name its place in platforms.oci.template_dirs, or have the default root in its place: platforms.oci.missing_template: default',
  };
}

function reserved({ name }: VNode): Problem {
  return {
    code: 'reserved-name',
    message: `the node '${name}' has an interface '${CONTROL}', as its interface on the control net is called`,
    hint: 'give the interface another name',
  };
}

function wrong({ name }: VNode, attribute: string, value: string, right: string): Problem {
  return {
    code: 'bad-attribute',
    message: `the node '${name}' has ${attribute} '${value}'`,
    hint: `right is ${right}`,
  };
}

function valueOf({ attributes }: VNode, name: string): string | undefined {
  return attributes.find((one) => one.name === name)?.value || undefined;
}
