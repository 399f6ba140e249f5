import { beforeAll, expect, test } from '@jest/globals';
import { running } from '../../engine/conformance/running.ts';
import { commandOf } from './_host.ts';
import { imagesOfThisMachine, rootOfContainers, rootOfUml } from './_images.ts';

/** Every platform that is shipped, with how often `up` is killed: each kill costs as much as bringing three nodes up twice. */
const PLATFORMS: Readonly<Record<string, { readonly kills: number }>> = {
  oci: { kills: 2 },
  process: { kills: 6 },
  qemu: { kills: 2 },
  tap: { kills: 3 },
  uml: { kills: 2 },
};

beforeAll(async () => {
  await imagesOfThisMachine(['boot', 'mini']);
  await rootOfContainers();
  await rootOfUml();
}, 600_000);

test.each(Object.entries(PLATFORMS))('%s does what every platform must', async (name, { kills }) => {
  const words = ['conformance', name, '--kills', String(kills), '--json'];
  const { code, stdout, stderr } = await running(commandOf(words), {}).ended;
  expect(stderr).toBe('');
  const { rules } = JSON.parse(stdout) as { readonly rules: readonly { state: string; faults: unknown }[] };
  expect(rules.filter(({ state }) => state === 'broken' || state === 'open')).toEqual([]);
  expect(code).toBe(0);
});

test('every platform that is shipped is tried', async () => {
  const { stdout } = await running(commandOf(['stages', '--json']), {}).ended;
  const { stages } = JSON.parse(stdout) as { readonly stages: readonly { readonly name: string }[] };
  const shipped = stages.flatMap(({ name }) => /^(?:setup|launch)\/([^/]+)\//.exec(name)?.[1] ?? []);
  expect([...new Set(shipped)].sort()).toEqual(Object.keys(PLATFORMS).sort());
});
