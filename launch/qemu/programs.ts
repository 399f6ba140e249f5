import { UserError, defineStage } from 'benito-pipeline';
import type { Problem } from 'benito-pipeline';

/** What guests are run with, and the Debian package that has it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  socat: 'socat',
};
const PROBE = 'programs';
const MISSING = 'for name; do command -v "$name" >/dev/null || echo "$name"; done';

/** Before anything is made for guests that could not be started. */
export default defineStage({
  summary: 'See that this host has the programs that QEMU guests need',
  needs: ['nodes'],
  probes: () => [{ name: PROBE, argv: ['sh', '-c', MISSING, 'sh', ...Object.keys(PROGRAMS)] }],
  plan({ facts: { nodes }, probed }) {
    const missing = probed[PROBE]!.stdout.split('\n').filter(Boolean);
    const guests = nodes.filter(({ ghost }) => !ghost).map(({ name }) => name);
    if (missing.length === 0 || guests.length === 0) return {};
    throw new UserError(missing.map((program) => absent(program, guests)));
  },
});

function absent(program: string, guests: readonly string[]): Problem {
  const some = guests.slice(0, 5).join(', ') + (guests.length > 5 ? `, and ${guests.length - 5} more` : '');
  return {
    code: 'no-such-program',
    message: `this host has no ${program}, which the QEMU guests need: ${some}`,
    hint: `apt-get install ${PROGRAMS[program]}`,
  };
}
