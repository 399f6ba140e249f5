import { definePlatform } from 'benito-pipeline';

/**
 * A vnode is a process tree in namespaces of its own, with the host's file systems: what View-OS gave, without its
 * multi-homing bug, and with a clean death.
 */
export default definePlatform({
  summary: "process tree in its own network, mount, UTS and PID namespaces, with the host's file systems",
  requires: [
    { name: 'catatonit', package: 'catatonit', use: 'the first process of each node' },
    { name: 'unshare', package: 'util-linux', use: 'namespaces of nodes' },
    { name: 'nsenter', package: 'util-linux', use: 'getting into nodes' },
    { name: 'vde_plug2tap', package: 'vde2', use: 'plugging interfaces into switches' },
  ],
  verbs: {
    exec: ({ name }) => ({
      process: `node-${name}`,
      namespaces: ['net', 'mnt', 'uts', 'pid'],
      hostTools: true,
    }),
    alive: ({ name }) => ({ kind: 'process', name: `node-${name}` }),
  },
});
