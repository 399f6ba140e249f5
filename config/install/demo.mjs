// npm run demo [-- star|guests]: an experiment from its file to a full ping matrix and back to nothing, on this machine.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asScript, ensure, InstallError, root } from './ensure.mjs';

const demos = {
  star: {
    groups: ['runtime'],
    shows: "DETER's tutorial star (10 nodes, 9 links of 100 Mb/s and 10 ms)",
    steps: [],
  },
  guests: {
    groups: ['runtime', 'qemu'],
    shows:
      'four QEMU virtual machines beside three process nodes (their image is made once, from Debian packages)',
    steps: [['exec', 'alpha', '--', 'sh', '-c', 'uname -n -r; mount -t 9p; ip -4 -br address']],
  },
};
const wanted = process.argv[2] ?? 'star';
const experiment = `demo/${wanted}`;
/** What its cgroup is called. */
const cgroup = createHash('sha256').update(experiment).digest('hex').slice(0, 8);
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => (interrupted = true));

await asScript(async () => {
  const demo = demos[wanted];
  if (!demo)
    throw new InstallError(`there is no demo '${wanted}'; there are ${Object.keys(demos).join(', ')}`);
  ensure(demo.groups);
  if (process.getuid() !== 0)
    throw new InstallError('namespaces and interfaces need root: sudo npm run demo');
  const folder = mkdtempSync(join(tmpdir(), 'benito-demo-'));
  console.log(`The demo brings up ${demo.shows} on this machine,
pings every node from every node, takes it all down and looks for anything left behind.
Its files are in ${folder} until then.`);
  const start = performance.now();
  const before = interfaces();
  const left = () => leftovers(folder, before);
  const ok = await play(folder, left);
  if (left().length === 0) rmSync(folder, { recursive: true, force: true });
  console.log(`\n${ok ? 'The demo succeeded' : 'The demo FAILED'} in ${seconds(start)}.`);
  return ok ? 0 : 1;
});

/** Whether all of it succeeded. Whatever happens, the experiment is taken down. */
async function play(folder, left) {
  const named = ['-e', experiment, '--var', folder];
  const ok =
    (await step(['up', `config/experiments/${wanted}.xml`, ...named])) &&
    (await step(['status', ...named])) &&
    (await step(['ping', ...named])) &&
    (await steps(named)) &&
    isRunning(left());
  const stopped = interrupted;
  if (stopped) console.log('\nInterrupted: taking the experiment down.');
  interrupted = false;
  const down = await step(['down', '--purge', ...named]);

  const found = left();
  for (const thing of found) console.log(`  LEFT BEHIND: ${thing}`);
  if (found.length === 0)
    console.log('\nNothing is left: no process, mount, interface, namespace, cgroup or file.');
  return ok && down && !stopped && found.length === 0;
}

/** What this demo shows beside. */
async function steps(named) {
  for (const [command, ...args] of demos[wanted].steps) {
    if (!(await step([command, ...named, ...args]))) return false;
  }
  return true;
}

/** Seen from outside: commands that say they succeeded and did nothing are no demo. */
function isRunning(found) {
  const running = found.filter((thing) => !thing.startsWith('file ')).length;
  if (running === 0)
    console.log('\nNothing of the experiment runs on this machine: no process, namespace or mount.');
  return running > 0;
}

async function step(args) {
  if (interrupted) return false;
  console.log(`\n$ benito-pipeline ${args.join(' ')}`);
  const start = performance.now();
  const child = spawn(process.execPath, [join(root, 'engine/cli/benito-pipeline.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(-1));
    child.on('exit', (status) => resolve(status ?? -1));
  });
  console.log(`  (${args[0]}: ${code === 0 ? 'done' : `exit code ${code}`} in ${seconds(start)})`);
  return code === 0 && !interrupted;
}

/** All on this machine that has to do with the folder or was not there before; found without asking the engine. */
function leftovers(folder, before) {
  const found = [];
  for (const pid of readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    if (`${command}\n${read(`/proc/${pid}/environ`)}`.includes(folder))
      found.push(`process ${pid}: ${command}`);
  }
  for (const mount of read('/proc/self/mounts').split('\n')) {
    if (mount.includes(folder)) found.push(`mount ${mount}`);
  }
  for (const name of interfaces()) if (!before.has(name)) found.push(`interface ${name}`);
  for (const cgroup of cgroups('/sys/fs/cgroup', 4)) found.push(`cgroup ${cgroup}`);
  for (const file of list(folder)) found.push(`file ${join(folder, file)}`);
  return found;
}

/** Interfaces and named network namespaces of this machine. */
function interfaces() {
  const { stdout } = spawnSync('ip', ['-o', 'link', 'show'], { encoding: 'utf8' });
  const links = stdout.split('\n').flatMap((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? []);
  return new Set([...links, ...list('/run/netns').map((name) => `/run/netns/${name}`)]);
}

function cgroups(folder, depth) {
  if (depth === 0) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const path = join(folder, name);
      return name === cgroup ? [path] : cgroups(path, depth - 1);
    });
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
