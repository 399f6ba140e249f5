// Starts one guest and returns when it is ready: node _guest.mjs FILE, a JSON object (see `start`).
// QEMU stays behind as a daemon. What goes wrong is said on stderr, in the last line, and QEMU ended.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchConsole } from './_console.mjs';
import { identityTar } from './_identity.mjs';
import { openPairs } from './_pairs.mjs';
import { plug } from './_plug.mjs';
import { connectQmp, connectUnix } from './_qmp.mjs';
import { restore } from './_snapshot.mjs';

try {
  await start(JSON.parse(readFileSync(process.argv[2], 'utf8')));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/**
 * @param {{
 *   node: string,
 *   folder: string,
 *   console: string,
 *   argv: string[],
 *   snapshot: string | null,
 *   pairs: { switch: string, port: number }[],
 *   plugs: { number: number, netdev: object, otherSide: string }[],
 *   identity: Parameters<typeof identityTar>[0],
 *   ready: { by: 'ssh' | 'console', address: string, seconds: number },
 * }} spec `folder`: for its sockets. `console`: the log of its serial line. `argv`: of QEMU. `snapshot`: what it is restored
 * from, a folder; booted without. `pairs`: switch ports that it gets as file descriptors, from 3. `plugs`: what goes into the
 * hubs of its interfaces, and a file that is as old as what is behind it. `ready`: how it is known that it runs, and how
 * long that may take.
 */
async function start({ node, folder, console, argv, snapshot, pairs, plugs, identity, ready }) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(console), { recursive: true });
  // Sockets and marks of an earlier start.
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
  // The kernel dates what is below /sys when it is first looked at.
  for (const { otherSide } of plugs) statSync(otherSide, { throwIfNoEntry: false });
  // What is newer than this, the guest may not know (`_plug.sh`, `_settle.sh`).
  writeFileSync(join(folder, 'started'), '');
  const tar = identityTar(identity);
  const log = watchConsole(console);
  const pidFile = join(folder, 'pid');
  const opened = openPairs(pairs);
  run(
    [...argv, '-S', '-daemonize', '-pidfile', pidFile, ...(snapshot ? ['-incoming', 'defer'] : [])],
    opened.descriptors,
  );
  opened.plug(Number(readFileSync(pidFile, 'utf8')));
  const qmp = await connectQmp(join(folder, 'qmp'));
  try {
    if (snapshot) await restore(qmp, snapshot).catch((error) => failRestore(node, snapshot, error));
    for (const { number, netdev } of plugs) await plug(qmp, number, netdev);
    // At the port before the guest looks: to it an empty port means that it restarts by itself.
    const port = await connectUnix(join(folder, 'identity'));
    port.write(`${tar.length} ${snapshot ? 'restored' : 'booted'}\n`);
    port.write(tar);
    await qmp.ask('cont');
    await awaitReady(node, ready, log, qmp);
    port.destroy();
  } catch (error) {
    await qmp.ask('quit').catch(() => undefined);
    throw error;
  } finally {
    qmp.close();
  }
}

function failRestore(node, snapshot, { message }) {
  throw new Error(
    `${node} could not be restored from its snapshot (${message}); if it is damaged, remove it, and \`up\` takes it again: ${realpathSync(snapshot)}`,
  );
}

/** Runs QEMU until it has put itself into the background. */
function run(argv, descriptors) {
  const { status, error, stderr } = spawnSync(argv[0], argv.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe', ...descriptors],
    encoding: 'utf8',
  });
  if (error) throw new Error(`${argv[0]} cannot be started: ${error.message}`);
  const said = stderr.split('\n').filter((line) => line && !/warning: (hub|netdev|nic) /i.test(line));
  if (status !== 0) throw new Error(said.join('\n') || `${argv[0]} ended with status ${status}`);
}

async function awaitReady(node, { by, address, seconds }, log, qmp) {
  const deadline = Date.now() + seconds * 1000;
  const fail = (what) => {
    throw new Error(`${log.lastLines(8)}\n${node} ${what}`);
  };
  const answered = by === 'ssh' ? [untilSsh(address)] : [];
  for (;;) {
    const { status } = await qmp.ask('query-status').catch(() => ({ status: 'ended' }));
    const complaint = log.complaint();
    if (complaint !== undefined) fail(`does not come up: ${complaint}`);
    if (by === 'console' && /\blogin: ?$|[#$] ?$/.test(log.read())) return;
    if (status === 'ended') fail('has switched itself off');
    if (status === 'io-error')
      fail('is held up: its disk cannot grow; is the file system that holds it full?');
    if (Date.now() > deadline) {
      const missing =
        by === 'ssh' ? `no SSH server answers at ${address}` : 'there is no prompt on its serial line';
      fail(`was not ready after ${seconds} s: ${missing}`);
    }
    if (await Promise.race([...answered, sleep(100)])) return;
  }
}

/** Resolves to true when an SSH server has said its name there. Keeps no process from ending. */
async function untilSsh(host) {
  while (!(await hasSsh(host))) await sleep(50, undefined, { ref: false });
  return true;
}

/**
 * Whether an SSH server says its name there. Who takes the connection is given time: a process starts for each, and a slow
 * guest would be busy with those that have been given up.
 */
function hasSsh(host) {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 22, timeout: 1000 });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.unref();
    socket.once('connect', () => socket.setTimeout(30_000));
    socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-')));
    for (const event of ['error', 'timeout', 'end']) socket.once(event, () => end(false));
  });
}
