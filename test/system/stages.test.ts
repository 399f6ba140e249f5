import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { throwAwayHost } from './_host.ts';
import type { Host } from './_host.ts';
import { line, topdl } from './_topdl.ts';

const NAMED = ['-e', 't-s/dropins', '--var', '/tmp/dropins'];
const UP = ['up', '/tmp/dropins.xml', ...NAMED];

let host: Host;
beforeAll(async () => {
  host = await throwAwayHost();
  await host.write('/tmp/dropins.xml', topdl(line(3)));
});
afterAll(() => host.close());

test("a site's stage takes the place of a shipped one, a folder of --stages that of the site's, an empty file masks", async () => {
  const before = await host.snapshot();
  await host.write('/etc/benito/setup/20_hosts.ts', hostsStage('the site'));
  await host.ok(...UP);
  expect(await host.read('/tmp/dropins/config/hosts')).toBe('# by the site\n');
  expect((await host.ok('exec', ...NAMED, 'r0', '--', 'cat', '/etc/hosts')).stdout).toBe('# by the site\n');

  await host.write('/tmp/mine/setup/20_hosts.ts', hostsStage('me'));
  await host.write('/tmp/mine/setup/90_archive.ts', '');
  await host.ok(...UP, '--stages', '/tmp/mine');
  expect(await host.read('/tmp/dropins/config/hosts')).toBe('# by me\n');
  expect((await host.ok('exec', ...NAMED, 'r0', '--', 'cat', '/etc/hosts')).stdout).toBe('# by me\n');
  expect((await host.run(['test', '-e', '/tmp/dropins/config/config.tgz'])).code).not.toBe(0);

  const { stdout } = await host.ok('stages', '--stages', '/tmp/mine');
  expect(stdout).toContain('tmp/mine/setup/20_hosts.ts');
  await host.must(['rm', '-r', '/etc/benito', '/tmp/mine']);
  await host.ok(...UP);
  expect(await host.read('/tmp/dropins/config/hosts')).toContain('r0-link0');
  await host.ok('down', ...NAMED, '--purge');
  expect(await host.residue(before)).toEqual([]);
});

test('a folder that others may write to is refused', async () => {
  await host.write('/tmp/open/setup/20_hosts.ts', hostsStage('anybody'));
  await host.must(['chmod', '-R', 'o+w', '/tmp/open']);
  const { code, stderr } = await host.cli(...UP, '--stages', '/tmp/open');
  expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining('/tmp/open')]);
  expect(code).not.toBe(0);
});

test('a platform is a folder', async () => {
  await host.write('/tmp/platform/setup/pretence/_platform.ts', PLATFORM);
  await host.write('/tmp/platform/launch/pretence/files.ts', LAUNCH);
  const before = await host.snapshot();
  const typed = { on: ['lan'], attributes: { 'containers:node_type': 'make-believe' } };
  await host.write('/tmp/pretence.xml', topdl({ real: { on: ['lan'] }, imaginary: typed }));
  const named = ['-e', 't-s/pretence', '--var', '/tmp/pretence'];
  await host.ok('up', '/tmp/pretence.xml', ...named, '--stages', '/tmp/platform');
  expect(await host.read('/run/pretence-imaginary')).toMatch(/^imaginary 10\./);
  await host.ok('down', ...named, '--purge');
  expect((await host.residue(before)).filter((one) => !one.includes('/tmp/pretence.xml'))).toEqual([]);
});

function hostsStage(author: string): string {
  return `
import { defineStage } from 'benito-pipeline';
export default defineStage({
  summary: 'Write a hosts file that says who wrote it',
  provides: ['hosts'],
  plan: () => ({ facts: { hosts: '# by ${author}\\n' } }),
});
`;
}

const PLATFORM = `
import { definePlatform } from 'benito-pipeline';
export default definePlatform({ summary: 'a file for each node', aliases: ['make-believe'] });
`;

const LAUNCH = `
import { defineStage, effect } from 'benito-pipeline';
export default defineStage({
  summary: 'Write down each node',
  needs: ['nodes'],
  plan: ({ facts: { nodes } }) => ({
    effects: nodes.map(({ name, interfaces }) =>
      effect.file({ path: '/run/pretence-' + name, content: name + ' ' + interfaces[0].address + '\\n' }, { node: name }),
    ),
  }),
});
`;
