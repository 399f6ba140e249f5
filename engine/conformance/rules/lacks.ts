import { offered } from '../../platform/lacks.ts';
import { UNSCANNED } from '../host.ts';
import type { Lab } from '../lab.ts';
import type { Fault, Rule } from '../rule.ts';
import { computer, topdl } from '../topdl.ts';

export const lacks: Rule = {
  name: 'lacks',
  summary: 'what the platform does not offer it declares, and what needs it is refused by name',
  async check(lab) {
    const { definition, platform } = lab;
    const declared = definition.lacks ?? [];
    const offers = offered(definition);
    const faults: Fault[] = (['controlNet', 'exec', 'stop'] as const)
      .filter((lack) => offers[lack] === undefined && !declared.includes(lack))
      .map((lack) => ({
        what: `the platform neither offers ${lack} nor says that it lacks it`,
        mend: `declare ${OFFER[lack]}, or lacks: ['${lack}']`,
      }));
    const evidence = [`${platform} lacks ${declared.join(', ') || 'nothing'}`];
    for (const [lack, text] of Object.entries(experimentsFor(platform))) {
      if (!(declared as readonly string[]).includes(lack)) continue;
      const answer = await refusal(lab, text);
      evidence.push(`check of an experiment that needs ${lack}: ${answer.said}`);
      if (!answer.named) {
        faults.push({
          what: `an experiment that needs ${lack} is not refused by node and platform: ${answer.said}`,
          mend: `leave it to the engine to refuse it: declare lacks: ['${lack}'] in setup/${platform}/_platform.ts or .yaml`,
        });
      }
    }
    for (const lack of ['exec', 'stop'] as const) {
      if (!declared.includes(lack)) continue;
      const { nodes } = await lab.up();
      const words = {
        exec: ['exec', ...lab.named.slice(0, 2), nodes[0]!.name, '--', 'true'],
        stop: ['stop', nodes[0]!.name, ...lab.named],
      };
      const { code, stderr } = await lab.command(words[lack]);
      const said = stderr.trim().split('\n')[0] ?? '';
      evidence.push(`${lack}: exit code ${code}: ${said}`);
      if (code !== 0 && said.includes(platform) && said.includes(nodes[0]!.name)) continue;
      faults.push({
        what: `${lack} of a node is not refused by node and platform: ${said}`,
        mend: `leave verbs.${lack === 'exec' ? 'exec' : 'alive'} out`,
      });
    }
    return { evidence, faults };
  },
};

const OFFER = { controlNet: 'controlNet: true', exec: 'verbs.exec', stop: 'verbs.alive' } as const;

/** What needs something, by what it needs. */
function experimentsFor(platform: string): Readonly<Record<string, string>> {
  const node = (name: string, on: readonly string[], more: Readonly<Record<string, string>> = {}): string =>
    computer(name, on, { ...(name === 'needy' && { 'containers:node_type': platform }), ...more });
  return {
    startCommands: topdl(['lan'], [node('needy', ['lan'], { startup: 'true' }), node('other', ['lan'])]),
    routes: topdl(
      ['lan', 'link'],
      [node('needy', ['lan']), node('router', ['lan', 'link']), node('far', ['link'])],
    ),
  };
}

async function refusal(lab: Lab, text: string): Promise<{ readonly said: string; readonly named: boolean }> {
  const file = `${UNSCANNED}/needy.xml`;
  await lab.host.write(file, text);
  const { code, stderr } = await lab.command(['check', file, ...lab.stages], { seconds: lab.limits.plan });
  const said = stderr.trim().split('\n')[0] ?? '';
  return {
    said: code === 0 ? 'it is in order' : said,
    named: code === 1 && said.includes("'needy'") && said.includes(lab.platform),
  };
}
