import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { guestsOver, killAmongGuests } from './_guest-kill.ts';
import { throwAwayHost } from './_host.ts';
import { imagesOfThisMachine } from './_images.ts';

const KILLS = Number(process.env.KILLS ?? 5);
const SEED = Number(process.env.SEED ?? randomInt(2 ** 32));
const NETWORK = (['vde', 'tap', 'fd'] as const)[SEED % 3]!;

test(
  `killed ${KILLS} times amid guests (repeat with KILLS=${KILLS} SEED=${SEED}), it leaves nothing and works again`,
  async () => {
    await imagesOfThisMachine(['boot', 'mini']);
    const host = await throwAwayHost({ images: 'shared' });
    try {
      const killed = await killAmongGuests(host, guestsOver(NETWORK), KILLS, SEED);
      expect({ SEED, killed: killed.filter(({ wrong }) => wrong.length > 0) }).toEqual({ SEED, killed: [] });
    } finally {
      await host.close();
    }
  },
  120_000 + KILLS * 60_000,
);
