import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long QEMU may take for any one command, in ms. */
const PATIENCE = 30_000;

/**
 * A line to a QEMU's monitor (QMP). One client at a time is served; others wait in line.
 * @param {string} path of the monitor's socket.
 * @returns {Promise<{ ask(command: string, args?: object): Promise<any>, close(): void }>} `ask` throws with QEMU's own words.
 */
export async function connectQmp(path) {
  const socket = await connectUnix(path);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await withTimeout(lines.next());
      if (done) throw new Error('QEMU has ended');
      const message = JSON.parse(value);
      if (message.error) throw new Error(message.error.desc);
      if ('return' in message) return message.return;
    }
  };
  const ask = (command, args = {}) => {
    socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    return answer();
  };
  await ask('qmp_capabilities');
  return { ask, close: () => socket.destroy() };
}

/**
 * Connects to a Unix socket as soon as somebody listens there.
 * @param {string} path
 * @returns {Promise<import('node:net').Socket>}
 */
export async function connectUnix(path) {
  for (const deadline = Date.now() + PATIENCE; ;) {
    const socket = connect(path);
    const failed = await new Promise((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', resolve);
    });
    if (!failed) {
      // Who hangs up is noticed where something is asked.
      socket.on('error', () => undefined);
      return socket;
    }
    if (Date.now() > deadline) throw failed;
    await sleep(10);
  }
}

async function withTimeout(promise) {
  const clock = new AbortController();
  const late = sleep(PATIENCE, undefined, { signal: clock.signal }).then(() => {
    throw new Error(`QEMU has not answered for ${PATIENCE / 1000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clock.abort();
  }
}
