import { expect, test } from '@jest/globals';
import { sealPlan } from '../../engine/plan/plan.ts';
import type { Plan } from '../../engine/plan/plan.ts';
import { planText } from '../../engine/cli/plan-text.ts';
import { planWith, rejection } from './_plan.ts';

const STAGE = `
export default {
  summary: 'ask',
  needs: ['experiment'],
  probes: ({ facts: { experiment } }) => [
    { name: 'version', argv: ['machine', '--version', experiment.name] },
    { name: 'kvm', argv: ['test', '-w', '/dev/kvm'], seconds: 1 },
  ],
  plan: ({ probed }) => ({ notes: [JSON.stringify(probed)] }),
};`;

const ask = (version: string): Promise<Plan> =>
  planWith(
    { 'launch/ask.ts': STAGE },
    {
      probe: (probes) =>
        Promise.resolve(
          probes.map(({ name }) => ({
            status: name === 'kvm' ? 1 : 0,
            stdout: name === 'kvm' ? '' : version,
          })),
        ),
    },
  );

test("a stage's plan sees the answers to its probes; the plan carries them, and its hash counts them", async () => {
  const plan = await ask('9.0\n');
  const answers = { version: { status: 0, stdout: '9.0\n' }, kvm: { status: 1, stdout: '' } };
  expect(plan.notes.map((note) => JSON.parse(note) as unknown)).toEqual([answers]);
  expect(plan.probes).toEqual([
    { stage: 'launch/ask', name: 'version', argv: ['machine', '--version', 'x'], ...answers.version },
    { stage: 'launch/ask', name: 'kvm', argv: ['test', '-w', '/dev/kvm'], seconds: 1, ...answers.kvm },
  ]);
  const { hash, ...rest } = plan;
  expect(sealPlan(rest).hash).toBe(hash);
  const [version, kvm] = plan.probes;
  expect(sealPlan({ ...rest, probes: [{ ...version!, stdout: '9.1\n' }, kvm!] }).hash).not.toBe(hash);
});

test('what is shown of a plan shows them', async () => {
  const view = { kinds: new Map(), seen: new Map() };
  const plan = { ...(await ask('9.0\nof today\n')), effects: [] };
  const text = planText(plan, view).join('\n');
  expect(text).toContain('  probe version: machine --version x -> status 0\n      9.0 ...\n');
  expect(text).toContain('  probe kvm: test -w /dev/kvm -> status 1\n');
  expect(planText(plan, view, { full: true }).join('\n')).toContain('      9.0\n      of today\n');
});

test('two probes of one name are refused', async () => {
  const twice = `export default { summary: 's', plan: () => ({}),
    probes: () => [{ name: 'p', argv: ['a'] }, { name: 'p', argv: ['b'] }] };`;
  const message = await rejection(planWith({ 'launch/twice.ts': twice }));
  expect(message).toContain("two probes that are called 'p'");
});
