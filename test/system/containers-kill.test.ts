import { randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { rootOfContainers } from './_images.ts';
import { killRepeatedly } from './_kill.ts';
import { topdl } from './_topdl.ts';

const KILLS = Number(process.env.KILLS ?? 4);
const SEED = Number(process.env.SEED ?? randomInt(2 ** 32));
const OCI = { 'containers:node_type': 'oci' };

/** A LAN with a router, a disk in a file, a start command that stays. */
const EXPERIMENT = topdl({
  a: { on: ['lan'], attributes: { ...OCI, startup: 'sleep 1000' } },
  b: { on: ['lan'], attributes: { ...OCI, 'containers:openvz_diskspace': '32M' } },
  r: { on: ['lan', 'link0'], attributes: OCI },
  c: { on: ['link0'], attributes: OCI },
});

test(
  `containers killed ${KILLS} times (repeat with KILLS=${KILLS} SEED=${SEED}): nothing is left, and they work again`,
  async () => {
    await rootOfContainers();
    const killed = await killRepeatedly(EXPERIMENT, KILLS, SEED, { images: 'shared' });
    expect(killed).toHaveLength(KILLS);
    expect({ SEED, killed: killed.filter(({ wrong }) => wrong.length > 0) }).toEqual({ SEED, killed: [] });
  },
  60_000 + KILLS * 60_000,
);
