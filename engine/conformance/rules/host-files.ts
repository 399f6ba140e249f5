import { UNSCANNED } from '../host.ts';
import type { Lab } from '../lab.ts';
import type { Fault, Rule } from '../rule.ts';

export const hostFiles: Rule = {
  name: 'host-files',
  summary: "the host's directories are in every node, to be read and written",
  async check(lab) {
    for (const lack of ['hostFiles', 'exec'] as const) {
      if (lab.definition.lacks?.includes(lack)) return { evidence: [], faults: [], notAsked: lack };
    }
    const { nodes } = await lab.up();
    const evidence: string[] = [];
    const faults: Fault[] = [];
    for (const { path, directory } of await directoriesOf(lab)) {
      await lab.host.must(['sh', '-c', 'echo "of the host" >"$1/conformance"', 'sh', directory]);
      for (const { name } of nodes) {
        const said = `of ${name}`;
        const { stdout } = await lab.inNode(name, ['sh', '-c', READ_AND_WRITE, 'sh', path, said, name]);
        const written = await lab.host.run(['cat', `${directory}/conformance-${name}`]);
        evidence.push(
          `${path}: ${name} reads ${JSON.stringify(stdout.trim())}, the host reads ${JSON.stringify(written.stdout.trim())}`,
        );
        if (stdout !== 'of the host\n')
          faults.push(fault(`${name} does not see ${directory} of the host as ${path}`));
        else if (written.stdout !== `${said}\n`)
          faults.push(fault(`what ${name} writes to ${path} is not in ${directory} of the host`));
      }
      await lab.host.must(['sh', '-c', 'rm -f "$1"/conformance*', 'sh', directory]);
    }
    return { evidence, faults };
  },
};

const READ_AND_WRITE =
  'cat "$1/conformance"; echo "$2" >"$1/conformance-$3" && chmod a+r "$1/conformance-$3"';

interface Directory {
  /** In the nodes. */
  readonly path: string;
  /** Of the host. */
  readonly directory: string;
}

async function directoriesOf(lab: Lab): Promise<readonly Directory[]> {
  if (!['9p', 'own'].includes(lab.definition.hostFiles ?? 'shared'))
    return [{ path: UNSCANNED, directory: UNSCANNED }];
  const { facts } = await lab.planned();
  const given = Object.values(facts).find((some) => 'fileSystems' in some)?.fileSystems as {
    readonly exports: readonly Directory[];
  };
  return given.exports.slice(0, 1);
}

function fault(what: string): Fault {
  return {
    what,
    mend: "mount what the fact 'fileSystems' says (hostFiles: '9p'), or let nodes see the host's files; or declare lacks: ['hostFiles']",
  };
}
