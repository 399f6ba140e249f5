// Makes the snapshot that guests are restored from: node _snapshot.mjs FOLDER ARGV..., of QEMU. Memory goes to FOLDER/ram,
// the rest of the machine to FOLDER/state. Taken while the initrd waits to be told who it is: before identity, before any
// disk has been touched, before 9P.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { watchConsole } from './_console.mjs';
import { connectQmp, connectUnix } from './_qmp.mjs';

/** Memory that is a file stays where it is: neither written into a stream nor read from one. */
const IGNORE_SHARED = { capabilities: [{ capability: 'x-ignore-shared', state: true }] };
const SECONDS = 120;

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await make(process.argv[2], process.argv.slice(3));
  } catch (error) {
    process.stderr.write(`no snapshot could be made: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * Loads a snapshot into a QEMU that waits for one (`-incoming defer`), whose memory is the snapshot's file, mapped privately.
 * @param {Awaited<ReturnType<typeof connectQmp>>} qmp
 * @param {string} folder
 */
export async function restore(qmp, folder) {
  await qmp.ask('migrate-set-capabilities', IGNORE_SHARED);
  await qmp.ask('migrate-incoming', { uri: `exec:cat '${join(folder, 'state')}'` });
  while ((await qmp.ask('query-status')).status === 'inmigrate') await sleep(5);
}

async function make(folder, argv) {
  const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = [];
  // That the hubs lead nowhere is what they are to do.
  createInterface({ input: child.stderr }).on(
    'line',
    (line) => / hub \d+ is not /.test(line) || said.push(line),
  );
  const ended = new Promise((_resolve, reject) => {
    child.once('error', ({ message }) => reject(new Error(`${argv[0]} cannot be started: ${message}`)));
    child.once('exit', (code) => reject(new Error([...said, `QEMU ended with status ${code}`].join('\n'))));
  });
  ended.catch(() => undefined);
  try {
    const log = watchConsole(join(folder, 'console.log'));
    // Somebody has to be at the port: else the guest takes this for a restart of its own.
    const port = await Promise.race([connectUnix(join(folder, 'identity')), ended]);
    const qmp = await connectQmp(join(folder, 'qmp'));
    await qmp.ask('cont');
    for (const deadline = Date.now() + SECONDS * 1000; !log.read().includes('benito: waiting');) {
      if (log.complaint() !== undefined) throw new Error(log.complaint());
      if (child.exitCode !== null) throw new Error(`QEMU ended; the last words:\n${log.lastLines(5)}`);
      if (Date.now() > deadline)
        throw new Error(`the guest is not there after ${SECONDS} s:\n${log.lastLines(5)}`);
      await sleep(20);
    }
    // It has said so before it reads: let it fall asleep there.
    await sleep(300);
    await qmp.ask('stop');
    await qmp.ask('migrate-set-capabilities', IGNORE_SHARED);
    await qmp.ask('migrate', { uri: `exec:cat >'${join(folder, 'state')}'` });
    await migrated(qmp);
    await qmp.ask('quit').catch(() => undefined);
    port.destroy();
    qmp.close();
  } finally {
    child.kill('SIGKILL');
  }
}

async function migrated(qmp) {
  for (;;) {
    const { status, 'error-desc': why } = await qmp.ask('query-migrate');
    if (status === 'completed') return;
    if (status === 'failed') throw new Error(why ?? 'QEMU could not write it');
    await sleep(10);
  }
}
