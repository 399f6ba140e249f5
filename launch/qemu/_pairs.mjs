import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** The first file descriptor of a child beside stdin, stdout and stderr. */
const FIRST = 3;
/** For as long as the guest lives: a vde_plug ends with its switch, and finds the next one. */
const PLUG = `while kill -0 "$3" 2>/dev/null; do vde_plug seqpacket://${FIRST} "vde://$1[$2]"; sleep 0.2; done`;

/**
 * A pair of sockets for each switch port, one end for QEMU, the other for a vde_plug.
 * @param {{ switch: string, port: number }[]} ports
 * @returns {{ descriptors: number[], plug(qemu: number): void }} QEMU's ends, in the ports' order; `plug` starts the plugs
 * once QEMU runs, as that process.
 */
export function openPairs(ports) {
  if (ports.length === 0) return { descriptors: [], plug: () => undefined };
  const koffi = createRequire(import.meta.url)('koffi');
  const socketpair = koffi.load(null).func('int socketpair(int, int, int, _Out_ int *)');
  const pairs = ports.map(() => {
    const ends = [0, 0];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) !== 0)
      throw new Error('the kernel gives no pair of sockets');
    return ends;
  });
  return {
    descriptors: pairs.map(([ours]) => ours),
    plug(qemu) {
      pairs.forEach(([ours, theirs], index) => {
        const { switch: path, port } = ports[index];
        const words = ['-c', PLUG, 'sh', path, String(port), String(qemu)];
        spawn('sh', words, { detached: true, stdio: ['ignore', 'ignore', 'ignore', theirs] }).unref();
        closeSync(ours);
        closeSync(theirs);
      });
    },
  };
}
