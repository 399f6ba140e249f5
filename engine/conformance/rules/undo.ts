import { failuresOf } from '../failures.ts';
import type { Fault, Rule } from '../rule.ts';

export const undo: Rule = {
  name: 'undo',
  summary: '`down` gives the host back exactly as it was',
  scans: true,
  async check(lab) {
    const { before } = await lab.up();
    if (!before) throw new Error('the host was not scanned');
    const down = await lab.command(['down', ...lab.named, '--json']);
    const kept = down.code === 0 ? await lab.host.residue(before) : [];
    const purge = await lab.command(['down', ...lab.named, '--purge', '--json']);
    const left = await lab.host.residue(before);
    lab.forget();
    const faults: Fault[] = [];
    if (down.code !== 0) faults.push(...failuresOf('down', down));
    else if (purge.code !== 0) faults.push(...failuresOf('down', purge));
    const own = kept.filter((line) => line.startsWith(`files: new: ${lab.varDir}`));
    const strays = [...new Set([...kept.filter((line) => !own.includes(line)), ...left])];
    // What could not be undone is there, of course.
    if (faults.length === 0) faults.push(...strays.map(residue));
    return {
      evidence: [
        `down left ${own.length} files below ${lab.varDir} for the user, and ${kept.length - own.length} other traces`,
        `down --purge left ${left.length} traces (links, addresses, routes, namespaces, mounts, processes, sockets, filters, sysctls, cgroups, files)`,
      ],
      faults,
    };
  },
};

/** A trace of the scan. */
export function residue(line: string): Fault {
  return {
    what: `left behind: ${line}`,
    mend: 'let the effect that makes it take it away: a process by `creates`, a command by `unmake`; or make it by an effect of its own kind',
  };
}
