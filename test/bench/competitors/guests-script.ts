import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandSpec, DirectorySpec, FileSpec } from '../../../engine/stage/effects.ts';
import type { Host } from '../../system/_host.ts';
import { onHost } from '../command.ts';
import type { Competitor } from '../competitor.ts';
import type { GuestsPlan } from '../guests-plan.ts';
import { answerGuests } from './guests-product.ts';
import { identityOf, wordsOf } from './guests-words.ts';

const WORDS = '/tmp/words.json';
/** What of the plan is made beforehand by the plan's own commands. */
const BEFOREHAND = ['launch/ssh_key', 'launch/qemu/images', 'launch/qemu/disks'];

/**
 * A bare script that boots the very guests of the product's plan, as many at a time as there are cores, with the same
 * links, switch and file server. Its words, files, image links, disks and identities are made beforehand, untimed. It
 * plans, records and checks nothing, and waits until the guests' SSH servers answer.
 */
export function guestsScript(host: Host, plan: GuestsPlan): Competitor {
  const run = async (verb: 'up' | 'down'): Promise<void> =>
    void (await onHost(host, ['/usr/bin/python3', beside('guests-script.py'), verb, WORDS]));
  return {
    name: 'bare script',
    async prepare() {
      await makeBeforehand(host, plan);
      await host.write(WORDS, JSON.stringify(wordsOf(plan)));
    },
    up: () => run('up'),
    answer: () => answerGuests(host, plan),
    down: () => run('down'),
    // Its host is thrown away.
    clean: () => Promise.resolve(),
  };
}

async function makeBeforehand(host: Host, plan: GuestsPlan): Promise<void> {
  for (const { kind, stage, spec } of plan.effects) {
    if (kind === 'directory') {
      const { path, mode = '0755' } = spec as DirectorySpec;
      await host.must(['mkdir', '-p', '-m', mode, path]);
    }
    if (kind === 'file') await host.write((spec as FileSpec).path, (spec as FileSpec).content);
    if (kind === 'command' && BEFOREHAND.includes(stage)) await host.must((spec as CommandSpec).make);
  }
  for (const [fresh, disk] of Object.entries(wordsOf(plan).disks)) await host.must(['mv', disk, fresh]);
  for (const guest of plan.guests) {
    await host.must(['mkdir', '-p', guest.folder, dirname(guest.console)]);
    const words = [beside('guests-identity.mjs'), `${guest.folder}.json`, identityOf(guest)];
    await host.must([process.execPath, ...words]);
  }
}

function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
