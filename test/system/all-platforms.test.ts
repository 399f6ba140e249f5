import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { imagesOfThisMachine, rootOfContainers, rootOfUml } from './_images.ts';
import { topdl } from './_topdl.ts';

const NAMED = ['-e', 't-s/all', '--var', '/tmp/all'];
const PLATFORMS = ['process', 'qemu', 'oci', 'tap', 'uml', 'openvz'];

let host: Host;
beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  await rootOfContainers();
  await rootOfUml();
  host = await throwAwayHost({ images: 'shared' });
}, 600_000);
afterAll(() => host.close());

test('nodes of every platform share a LAN, reach one another, and leave nothing', async () => {
  const nodes = PLATFORMS.map((platform) => {
    const attributes = { 'containers:node_type': platform };
    return [`n-${platform}`, { on: ['lan'], attributes }] as const;
  });
  const before = await host.snapshot();
  await host.write('/tmp/all.xml', topdl(Object.fromEntries(nodes), { lan: { latency: 2 } }));
  await host.ok('up', '/tmp/all.xml', ...NAMED);
  expect((await host.ok('status', ...NAMED)).stdout).toContain(`${PLATFORMS.length} running`);
  const { stdout } = await host.ok('ping', ...NAMED);
  expect(stdout).toContain(`${PLATFORMS.length * (PLATFORMS.length - 1)}`);
  expect((await host.ok('up', '/tmp/all.xml', ...NAMED)).stdout).toContain('nothing to do');
  await host.ok('down', ...NAMED, '--purge');
  await host.must(['rm', '/tmp/all.xml']);
  expect(await host.residue(before)).toEqual([]);
});
