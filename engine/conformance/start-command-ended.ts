import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab.ts';

/** Waits until the experiment's start command, if there is one, has written its status; false where it does not. */
export async function startCommandEnded({ host, experiment, varDir }: Lab): Promise<boolean> {
  const { starts } = experiment;
  if (!starts) return true;
  const status = `${varDir}/log/${starts.node}/start_command.status`;
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(100)) {
    if ((await host.run(['test', '-e', status])).code === 0) return true;
  }
  return false;
}

const PATIENCE_MS = 20_000;
