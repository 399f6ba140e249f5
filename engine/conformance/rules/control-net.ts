import type { Fault, Rule } from '../rule.ts';

export const controlNet: Rule = {
  name: 'control-net',
  summary: 'every node answers at its control-net address, and to ssh where the platform has it',
  async check(lab) {
    const { controlNet: offered, lacks = [], verbs } = lab.definition;
    if (lacks.includes('controlNet')) return { evidence: [], faults: [], notAsked: 'controlNet' };
    const { nodes } = await lab.up();
    if (!offered) {
      const what = 'the platform has no control net, and does not say so';
      return { evidence: [], faults: [{ what, mend: "declare controlNet: true, or lacks: ['controlNet']" }] };
    }
    const evidence: string[] = [];
    const faults: Fault[] = [];
    for (const { name, control } of nodes) {
      const address = control?.address ?? 'none';
      const { code } = await lab.host.run(['ping', '-n', '-q', '-c', '2', '-i', '0.2', '-W', '2', address]);
      evidence.push(`${name}: ${address} ${code === 0 ? 'answers' : 'does not answer'} the pnode`);
      if (code !== 0) {
        faults.push({
          what: `${name} does not answer at ${address}, its address on the control net`,
          mend: "put an interface with `control.mac` and `control.address` of the fact 'nodes' into the fact 'controlBridge'",
        });
      }
      if (!verbs?.ssh) continue;
      const login = await lab.command(
        ['ssh', ...lab.named.slice(0, 2), name, '--', 'cat', '/proc/sys/kernel/hostname'],
        {
          seconds: 30,
        },
      );
      const who = login.stdout.trim();
      evidence.push(`${name}: ssh leads to ${who || 'nobody'}`);
      if (login.code !== 0 || who !== name) {
        faults.push({
          what: `ssh to ${name} ended with exit code ${login.code}, in ${who || 'nobody'}: ${login.stderr.trim()}`,
          mend: 'let verbs.ssh be a command that logs in as root, with the key of sshKeyPath()',
        });
      }
    }
    return { evidence, faults };
  },
};
