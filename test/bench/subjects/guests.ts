import { throwAwayHost } from '../../system/_host.ts';
import type { Host } from '../../system/_host.ts';
import { imagesOfThisMachine } from '../../system/_images.ts';
import { guestsProduct } from '../competitors/guests-product.ts';
import { guestsScript } from '../competitors/guests-script.ts';
import { PRODUCT } from '../figures.ts';
import type { Figure } from '../figures.ts';
import { watched } from '../guests-idle.ts';
import { planGuests, prepareHost } from '../guests-plan.ts';
import { runRounds } from '../rounds.ts';
import type { BenchContext, Subject } from './subject.ts';

const BOOTED = `${PRODUCT}, booted`;

/**
 * LANs of QEMU guests of the default image, on throw-away hosts with this machine's image cache: restored from the snapshot
 * in it, booted (`snapshot: false`), and booted by a bare script.
 */
export const guestsSubject: Subject = async (context) => {
  context.tell('guests: making their images, if they are not in the cache');
  await imagesOfThisMachine(['boot', 'mini']);
  const figures: Figure[] = [];
  for (const size of context.guests) figures.push(...(await benchGuests(size, context)));
  return figures;
};

async function benchGuests(size: number, { rounds, tell }: BenchContext): Promise<readonly Figure[]> {
  const subject = `LAN of ${size} guests`;
  const hosts: Host[] = [];
  const newHost = async (snapshot: boolean): Promise<Host> => {
    const host = await throwAwayHost({ images: 'shared', packages: 'shared' });
    hosts.push(host);
    await prepareHost(host, size, snapshot);
    return host;
  };
  try {
    const [restoring, booting, scripted] = [await newHost(true), await newHost(false), await newHost(false)];
    const plan = await planGuests(scripted);
    const pidFiles = plan.guests.map(({ folder }) => `${folder}/pid`);
    const competitors = [
      watched(guestsProduct(PRODUCT, restoring, plan), restoring, pidFiles),
      watched(guestsProduct(BOOTED, booting, plan), booting, pidFiles),
      watched(guestsScript(scripted, plan), scripted, pidFiles),
    ];
    const times = await runRounds(subject, competitors, rounds, tell);
    const idle = competitors.flatMap((one) => one.figures(subject));
    return [...times, ...bootedAlone(times), ...idle];
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
}

/** The product's boots against the script's, which are of the same kind. */
function bootedAlone(times: readonly Figure[]): readonly Figure[] {
  return times
    .filter(({ competitor }) => competitor !== PRODUCT)
    .map((figure) => ({
      ...figure,
      subject: `${figure.subject}, booted`,
      competitor: figure.competitor === BOOTED ? PRODUCT : figure.competitor,
    }));
}
