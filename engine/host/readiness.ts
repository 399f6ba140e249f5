import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { NetConnectOpts } from 'node:net';
import type { Readiness } from '../stage/effects.ts';

/** Whether all that a process is to offer is there now. */
export async function isReady({ file, socket, tcp }: Readiness): Promise<boolean> {
  if (file !== undefined && !existsSync(file)) return false;
  if (socket !== undefined && !(await acceptsUnix(socket))) return false;
  return tcp === undefined || accepts({ host: tcp.address, port: tcp.port });
}

/** What is looked at, for messages. */
export function readyBy({ file, socket, tcp }: Readiness): string {
  const port = tcp && `${tcp.address} port ${tcp.port}`;
  return [socket, file, port].filter((one) => one !== undefined).join(', ') || 'no process';
}

async function acceptsUnix(path: string): Promise<boolean> {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true && accepts({ path });
}

/** An address that nobody has answers nothing: the next look is another try. */
const TRY_MS = 1000;

function accepts(where: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(where);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TRY_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
