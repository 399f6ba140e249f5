import { fileURLToPath } from 'node:url';
import type { Host } from '../../system/_host.ts';
import { pingAll } from '../answer.ts';
import { onHost } from '../command.ts';
import type { Competitor } from '../competitor.ts';
import { EXPERIMENT, TARGET, cli } from '../guests-plan.ts';
import type { GuestsPlan } from '../guests-plan.ts';

/** The product on a host of its own. Its first `up` is untimed: what is kept for later ones is there then. */
export function guestsProduct(name: string, host: Host, plan: GuestsPlan): Competitor {
  const up = async (): Promise<void> => void (await onHost(host, cli('up', EXPERIMENT.file, ...TARGET)));
  const down = async (): Promise<void> => void (await onHost(host, cli('down', ...TARGET, '--purge')));
  return {
    name,
    async prepare() {
      await up();
      await down();
    },
    up,
    answer: () => answerGuests(host, plan),
    down,
    // Its host is thrown away.
    clean: () => Promise.resolve(),
  };
}

/** All guests answer over their LAN. */
export async function answerGuests(host: Host, { lanSwitch, addresses }: GuestsPlan): Promise<void> {
  const last = addresses[0]!.replace(/\d+$/, '254');
  const script = fileURLToPath(new URL('guests-answer.sh', import.meta.url));
  await onHost(host, ['sh', script, lanSwitch, `${last}/24`, ...pingAll(addresses)]);
}
