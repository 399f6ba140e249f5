import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { openRouteSocket } from './netlink.ts';
import type { RouteSocket } from './netlink.ts';
import { syscalls } from './syscalls.ts';

const CLONE_NEWNET = 0x40000000;

/** Where `ip netns` keeps the names of network namespaces. */
export const NETNS_FOLDER = '/run/netns';

/** The file of a named network namespace. */
export function netnsPath(name: string): string {
  return join(NETNS_FOLDER, name);
}

/** As `inNamespace`, by name, with a route socket of that namespace; undefined is the host's own. */
export function inNetns<T>(name: string | undefined, work: (socket: RouteSocket) => T): T {
  const withSocket = (): T => {
    const socket = openRouteSocket();
    try {
      return work(socket);
    } finally {
      socket.close();
    }
  };
  return name === undefined ? withSocket() : inNamespace(netnsPath(name), withSocket);
}

/**
 * Does synchronous work inside a network namespace and comes back: this thread's sockets, /proc/sys/net and processes
 * spawned meanwhile are the namespace's. Nothing may be awaited in there.
 * @param path a namespace's file, such as /run/netns/NAME.
 * @throws what `work` throws, or that the namespace cannot be entered.
 */
export function inNamespace<T>(path: string, work: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const there = openSync(path, 'r');
    try {
      syscalls().setns(there, CLONE_NEWNET);
    } finally {
      closeSync(there);
    }
    try {
      return work();
    } finally {
      syscalls().setns(home, CLONE_NEWNET);
    }
  } finally {
    closeSync(home);
  }
}
