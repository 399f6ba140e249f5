import { setTimeout as sleep } from 'node:timers/promises';
import { allPings, readExperiment, wrongPings } from './_experiment.ts';
import { commandOf, throwAwayHost } from './_host.ts';
import type { Ended, Host, Snapshot } from './_host.ts';
import { generator } from './_random.ts';

/** A kill, and what had become of everything when it had been recovered from. */
export interface Killed {
  /** What was killed, whom, and when: enough to repeat it. */
  readonly moment: string;
  /** What was wrong afterwards; nothing, if all is well. */
  readonly wrong: readonly string[];
}

const FILE = '/tmp/experiment.xml';
const VAR = '/tmp/killed';
const NAMED = ['-e', 't-s/killed', '--var', VAR];
const UP = ['up', FILE, ...NAMED];
const DOWN = ['down', ...NAMED];

/**
 * Kills `up` and `down` in turn, `count` times, at moments uniform over the whole of their run: the program alone and
 * its process group in turn. After each, `down` has to leave nothing and `up` has to work; every third time, `up` has
 * to go on from where it was killed, too.
 * @param on what the throw-away host is made of.
 */
export async function killRepeatedly(
  experiment: string,
  count: number,
  seed: number,
  on: Parameters<typeof throwAwayHost>[0] = {},
): Promise<readonly Killed[]> {
  const host = await throwAwayHost(on);
  try {
    await host.write(FILE, experiment);
    const clean = await host.snapshot();
    const length = await lengths(host);
    const random = generator(seed);
    const killed: Killed[] = [];
    for (let index = 0; index < count; index += 1) {
      const args = index % 2 === 0 ? UP : DOWN;
      const whom = Math.floor(index / 2) % 2 === 0 ? 'program' : 'group';
      const after = random() * length[args[0] as 'up' | 'down'];
      if (args === DOWN) await host.ok(...UP);
      const running = host.start(['setsid', ...commandOf(args)]);
      await sleep(after);
      await running.kill(whom);
      const { code } = await running.ended;
      const moment = `kill ${index}: ${args[0]}, the ${whom} after ${after.toFixed(0)} ms (it ended with ${code})`;
      killed.push({ moment, wrong: await recover(host, clean, index) });
    }
    return killed;
  } finally {
    await host.close();
  }
}

/** How long each runs if nobody kills it, in ms; the first time does not count, as it compiles the engine. */
async function lengths(host: Host): Promise<{ up: number; down: number }> {
  const timed = async (args: readonly string[]): Promise<number> => {
    const started = performance.now();
    await host.ok(...args);
    return performance.now() - started;
  };
  await timed(UP);
  await timed(DOWN);
  return { up: await timed(UP), down: await timed([...DOWN, '--purge']) };
}

async function recover(host: Host, clean: Snapshot, index: number): Promise<readonly string[]> {
  const wrong: string[] = [];
  if (index % 3 === 2) wrong.push(...(await comesUp(host)).map((text) => `up right after it: ${text}`));
  const purge = index % 2 === 0;
  wrong.push(...complaint(await host.cli(...DOWN, ...(purge ? ['--purge'] : []))));
  const left = await host.residue(clean);
  // Without --purge, what the user may want stays in the experiment's own directory.
  wrong.push(
    ...left.filter((line) => purge || !line.startsWith(`files: new: ${VAR}`)).map((line) => `left: ${line}`),
  );
  wrong.push(...(await comesUp(host)));
  wrong.push(...complaint(await host.cli(...DOWN, '--purge')));
  wrong.push(...(await host.residue(clean)).map((line) => `left in the end: ${line}`));
  return wrong;
}

async function comesUp(host: Host): Promise<readonly string[]> {
  const ended = await host.cli(...UP);
  if (ended.code !== 0) return complaint(ended);
  const experiment = await readExperiment(host, 't-s/killed', VAR);
  return wrongPings(host, experiment, allPings(experiment));
}

function complaint({ code, stdout, stderr }: Ended): readonly string[] {
  return code === 0 ? [] : [`exit code ${code}: ${stderr} ${stdout.slice(-1000)}`];
}
