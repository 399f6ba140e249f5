import type { NodeRecord } from '../plan/plan.ts';
import type { Lab, Up } from './lab.ts';

/** What a node's own `ip` says. */
export interface Inside {
  /** `10.0.0.1/24`, with the MAC of the interface that has it. */
  readonly addresses: readonly { readonly address: string; readonly mac: string }[];
  /** `10.0.1.0/24 via 10.0.0.2 dev eth0`, a line each. */
  readonly routes: readonly string[];
}

/** Asks a node once while it is up; undefined where it cannot be entered, or has no `ip`. */
export function insideOf(lab: Lab, up: Up, node: NodeRecord): Promise<Inside | undefined> {
  const known = asked.get(up) ?? new Map<string, Promise<Inside | undefined>>();
  asked.set(up, known);
  const answer = known.get(node.name) ?? ask(lab, node);
  known.set(node.name, answer);
  return answer;
}

const asked = new WeakMap<Up, Map<string, Promise<Inside | undefined>>>();

async function ask(lab: Lab, { name, entry }: NodeRecord): Promise<Inside | undefined> {
  if (!entry) return undefined;
  const script = 'ip -o link show && echo == && ip -o -4 addr show && echo == && ip -4 route show';
  const { code, stdout } = await lab.inNode(name, ['sh', '-c', script]);
  if (code !== 0) return undefined;
  const [links = '', addresses = '', routes = ''] = stdout.split('==\n');
  const macs = new Map(
    [...links.matchAll(/^\d+: ([^:@]+)[:@].*link\/ether ([0-9a-f:]+)/gm)].map((match) => [
      match[1]!,
      match[2]!,
    ]),
  );
  return {
    addresses: [...addresses.matchAll(/^\d+: (\S+)\s+inet (\S+)/gm)]
      .map((match) => ({ address: match[2]!, mac: macs.get(match[1]!) ?? '' }))
      .filter(({ address }) => !address.startsWith('127.')),
    routes: routes.split('\n').filter(Boolean),
  };
}
