import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { commandOf, failed, throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { rootOfContainers } from './_images.ts';
import { topdl } from './_topdl.ts';

/** A host that is a chroot: the root of its mount namespace is another. */
const JAIL = '/mnt';
const NAMED = ['-e', 't-s/jailed', '--var', '/tmp/jailed'];

let host: Host;
beforeAll(async () => {
  await rootOfContainers();
  host = await throwAwayHost({ images: 'shared' });
  const attributes = { 'containers:node_type': 'oci', startup: 'echo "at $(hostname)"; echo x >/mark' };
  await host.write(
    '/tmp/jailed.xml',
    topdl({ a: { on: ['lan'], attributes }, b: { on: ['lan'], attributes } }),
  );
  await host.must(['sh', '-c', `mount --rbind / ${JAIL} && mount --make-rprivate ${JAIL}`]);
}, 600_000);
afterAll(() => host.close());

test('who enters a container is in it, on a host that is a chroot too', async () => {
  await jailed('up', '/tmp/jailed.xml', ...NAMED);
  expect(await jailed('exec', ...NAMED, 'a', '--', 'cat', '/etc/hosts', '/mark')).toMatch(
    /a-lan a-0 a\n[^]*x\n$/,
  );
  expect(await jailed('ssh', ...NAMED, 'b', '--', 'hostname; cat /mark')).toBe('b\nx\n');
  expect(await jailed('ping', ...NAMED)).toContain('all reachable: 2 nodes');
  await jailed('exec', ...NAMED, 'a', '--', 'sh', '-c', 'echo mine >/etc/mine');
  for (const root of ['', JAIL]) {
    expect((await host.run(['ls', `${root}/etc/mine`, `${root}/mark`])).stdout).toBe('');
  }
  await jailed('down', ...NAMED, '--purge');
});

async function jailed(...words: readonly string[]): Promise<string> {
  const argv = ['chroot', JAIL, ...commandOf(words)];
  const ended = await host.run(argv);
  if (ended.code !== 0) throw failed(argv, ended);
  return ended.stdout;
}
