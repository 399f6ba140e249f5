import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab.ts';

/** Waits until the experiment's start command, if there is one, has written its status; false where it does not. */
export async function startCommandEnded(lab: Lab): Promise<boolean> {
  const { host, experiment, varDir } = lab;
  const { starts } = experiment;
  if (!starts) return true;
  const status = `${varDir}/log/${starts.node}/start_command.status`;
  // Where nobody promises to write it, it is not waited for.
  const { plan } = await lab.planned();
  if (!JSON.stringify(plan.effects).includes('start_command.status')) return false;
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(100)) {
    if ((await host.run(['test', '-e', status])).code === 0) return true;
  }
  return false;
}

const PATIENCE_MS = 20_000;
