import { expect, test } from '@jest/globals';
import type { PlanContext } from '../../engine/stage/define.ts';
import stage from '../../launch/oci/limits.ts';
import type { ContainerRoot } from '../../setup/oci/50_root_fs.ts';

const VERSION_1 =
  'memory 1 /sys/fs/cgroup/memory\ncpu 1 /sys/fs/cgroup/cpu,cpuacct\npids 1 /sys/fs/cgroup/pids\n';
const VERSION_2 = 'memory 2 /sys/fs/cgroup\ncpu 2 /sys/fs/cgroup\npids 2 /sys/fs/cgroup\n';
const ROOT: ContainerRoot = { rootfs: 'debian', memory: 64, cpus: 0.5, pids: 100, asked: [] };

test('controllers in version 1: cgroups that the container joins', () => {
  const { limits, made } = limitsOn(VERSION_1);
  expect(limits).toMatchObject({
    cgroups: [
      '/sys/fs/cgroup/memory/benito-pipeline/0123abcd/a',
      '/sys/fs/cgroup/cpu,cpuacct/benito-pipeline/0123abcd/a',
      '/sys/fs/cgroup/pids/benito-pipeline/0123abcd/a',
    ],
    own: '',
  });
  expect(made[0]!.slice(1)).toEqual([
    'make',
    '/sys/fs/cgroup/memory/benito-pipeline/0123abcd/a/memory.limit_in_bytes=67108864',
    '/sys/fs/cgroup/cpu,cpuacct/benito-pipeline/0123abcd/a/cpu.cfs_quota_us=50000',
    '/sys/fs/cgroup/pids/benito-pipeline/0123abcd/a/pids.max=100',
  ]);
});

test('in version 2: what its own cgroup is given', () => {
  const { limits, made } = limitsOn(VERSION_2);
  expect(limits).toMatchObject({
    cgroups: [],
    own: '/sys/fs/cgroup memory cpu pids\nmemory.max=67108864\ncpu.max=50000 100000\npids.max=100\n',
  });
  expect(made).toEqual([]);
});

test('where there are none, a default goes with a note, and a limit that a node asks for is refused', () => {
  expect(limitsOn('').notes).toEqual([
    "this host has no cgroup controller 'memory': containers go without that limit",
    "this host has no cgroup controller 'cpu': containers go without that limit",
    "this host has no cgroup controller 'pids': containers go without that limit",
  ]);
  expect(() => limitsOn('', { ...ROOT, asked: ['memory'] })).toThrow(
    "the node 'a' asks for a limit of memory",
  );
});

test('no limit takes no controller', () => {
  expect(limitsOn('', { ...ROOT, memory: 0, cpus: 0, pids: 0 })).toMatchObject({ notes: [], made: [] });
});

/** What the stage gives for a container on a host with these controllers. */
function limitsOn(controllers: string, root: ContainerRoot = ROOT) {
  const facts = {
    experiment: { id: '0123abcd', project: 'p', name: 'e' },
    nodes: [{ name: 'a', ghost: false, failureAction: 'fatal' }],
    containerRoots: { a: root },
  };
  const probed = { 'cgroup controllers': { status: 0, stdout: controllers, stderr: '' } };
  const result = stage.plan({ facts, probed } as unknown as Parameters<typeof stage.plan>[0] &
    PlanContext<never>);
  if (!('effects' in result)) throw new Error('skipped');
  const made = (result.effects ?? []).map(({ spec }) => (spec as { make: readonly string[] }).make);
  const limits = (result.facts as { containerLimits: Record<string, unknown> }).containerLimits.a;
  return { limits, made, notes: result.notes };
}
