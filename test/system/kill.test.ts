import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { killRepeatedly } from './_kill.ts';
import { topdl } from './_topdl.ts';

const KILLS = Number(process.env.KILLS ?? 12);
const SEED = Number(process.env.SEED ?? randomInt(2 ** 32));

/** A LAN, two routers, a start command that stays and one that ends. */
const EXPERIMENT = topdl({
  a: { on: ['lan'], attributes: { startup: 'sleep 1000' } },
  b: { on: ['lan'] },
  r: { on: ['lan', 'link0'] },
  s: { on: ['link0', 'link1'], attributes: { startup: 'echo done' } },
  c: { on: ['link1'] },
});

test(
  `killed ${KILLS} times (repeat with KILLS=${KILLS} SEED=${SEED}), it leaves nothing and works again`,
  async () => {
    const killed = await killRepeatedly(EXPERIMENT, KILLS, SEED);
    expect(killed).toHaveLength(KILLS);
    expect({ SEED, killed: killed.filter(({ wrong }) => wrong.length > 0) }).toEqual({ SEED, killed: [] });
  },
  60_000 + KILLS * 30_000,
);
