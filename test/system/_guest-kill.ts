import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from './_host.ts';
import type { Ended, Host, Snapshot } from './_host.ts';
import type { Killed } from './_kill.ts';
import { generator } from './_random.ts';
import { topdl } from './_topdl.ts';

const FILE = '/tmp/experiment.xml';
const VAR = '/tmp/killed';
const NAMED = ['-e', 't-s/killed', '--var', VAR];
const UP = ['up', FILE, ...NAMED];
const PURGE = ['down', ...NAMED, '--purge'];
const PATIENCE_MS = 5_000;

/** Two guests and a process on a LAN; one guest's interface is QEMU's own VDE, the other's is the one to be named. */
export function guestsOver(network: 'vde' | 'tap' | 'fd'): string {
  const qemu = { 'containers:node_type': 'qemu' };
  return topdl({
    alpha: { on: ['lan'], attributes: { ...qemu, startup: 'echo life >>/root/lives; sleep 1000' } },
    beta: { on: ['lan'], attributes: { ...qemu, 'containers:qemu_network': network } },
    one: { on: ['lan'] },
  });
}

/**
 * Kills `up`, `stop`, `start` and `down` in turn, `count` times in all, at moments uniform over the whole of their run, the
 * program alone or its process group. Then, by chance, `up` has to make everything whole, or `down` to leave nothing.
 */
export async function killAmongGuests(
  host: Host,
  experiment: string,
  count: number,
  seed: number,
): Promise<readonly Killed[]> {
  await host.write(FILE, experiment);
  const clean = await host.snapshot();
  await host.ok(...UP); // the first time does not count: it compiles the engine, and may take a snapshot
  const programs = await programsOf(host);
  const victims = await timed(host);
  const random = generator(seed);
  const killed: Killed[] = [];
  for (let index = 0; index < count; index += 1) {
    const { args, length, before } = victims[index % victims.length]!;
    for (const words of before) await host.ok(...words);
    const whom = random() < 0.5 ? 'program' : 'group';
    const after = random() * length;
    const running = host.start(['setsid', ...commandOf(args)]);
    await sleep(after);
    await running.kill(whom);
    const { code } = await running.ended;
    const remedy = random() < 0.5 ? 'up' : 'down';
    const wrong = remedy === 'up' ? await isWhole(host, programs) : await isGone(host, clean);
    const moment = `kill ${index}: ${args[0]}, the ${whom} after ${after.toFixed(0)} ms (it ended with ${code}), then ${remedy}`;
    killed.push({ moment, wrong });
  }
  return [...killed, { moment: 'in the end', wrong: await isGone(host, clean) }];
}

interface Victim {
  readonly args: readonly string[];
  /** If nobody kills it, in ms. */
  readonly length: number;
  /** What it needs. */
  readonly before: readonly (readonly string[])[];
}

/** Each of the commands at work once, in an order that ends with nothing. */
async function timed(host: Host): Promise<readonly Victim[]> {
  const stop = ['stop', 'alpha', '-e', 't-s/killed'];
  const start = ['start', 'alpha', '-e', 't-s/killed'];
  const length = async (args: readonly string[]): Promise<number> => {
    const started = performance.now();
    await host.ok(...args);
    return performance.now() - started;
  };
  const lengths = [await length(stop), await length(start), await length(PURGE), await length(UP)];
  return [
    { args: UP, length: lengths[3]!, before: [PURGE] },
    { args: stop, length: lengths[0]!, before: [UP] },
    { args: start, length: lengths[1]!, before: [UP, stop] },
    { args: PURGE, length: lengths[2]!, before: [UP] },
  ];
}

/** What is wrong once `up` has mended the experiment. */
async function isWhole(host: Host, programs: string): Promise<readonly string[]> {
  const wrong = complaint(await host.cli(...UP));
  if (wrong.length > 0) return wrong;
  const ping = await host.cli('ping', ...NAMED);
  if (ping.code !== 0) wrong.push(`not all reachable: ${ping.stdout}${ping.stderr}`);
  const again = await host.cli(...UP);
  if (!again.stdout.includes('nothing to do')) wrong.push(`a second up finds work: ${again.stdout}`);
  let now = await programsOf(host);
  for (const deadline = Date.now() + PATIENCE_MS; now !== programs; await sleep(100)) {
    if (Date.now() > deadline) return [...wrong, `other programs run: ${now} and not ${programs}`];
    now = await programsOf(host);
  }
  const lives = await host.cli('exec', '-e', 't-s/killed', 'alpha', '--', 'uniq', '-c', '/root/lives');
  if (!/^ *\d+ life\n$/.test(lives.stdout)) wrong.push(`no start command: ${lives.stdout}${lives.stderr}`);
  return wrong;
}

async function isGone(host: Host, clean: Snapshot): Promise<readonly string[]> {
  const wrong = complaint(await host.cli(...PURGE));
  return [...wrong, ...(await host.residue(clean)).map((line) => `left: ${line}`)];
}

/** What runs on the host, with the cgroup that it is in, or, of QEMU, its disk: no two may have the same. */
async function programsOf(host: Host): Promise<string> {
  const script = `
    for folder in /proc/[0-9]*; do
      
      parent=$(sed -n 's/^PPid:.//p' $folder/status 2>/dev/null)
      case "\${folder#/proc/} $parent " in "$$ "* | *" $$ ") continue ;; esac
      name=$(cat $folder/comm 2>/dev/null) || continue
      case $name in
      qemu*) echo "qemu with $(tr '\\0' '\\n' <$folder/cmdline | grep -o '"filename":"[^"]*"')" ;;
      ?*) echo "$name in $(grep -o '[^/]*$' $folder/cgroup | tail -n 1)" ;;
      esac
    done | sort`;
  return (await host.must(['sh', '-c', script])).trim().replaceAll('\n', ', ');
}

function complaint({ code, stdout, stderr }: Ended): string[] {
  return code === 0 ? [] : [`exit code ${code}: ${stderr} ${stdout.slice(-2000)}`];
}
