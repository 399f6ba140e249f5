import type { VNode } from '../../model/vnode.ts';

/** What of a node pinging is about. */
export type PingNode = Pick<VNode, 'name' | 'ghost' | 'interfaces'>;

/** An interface address that somebody is to reach. */
export interface Target {
  readonly node: string;
  readonly interface: string;
  readonly substrate: string;
  readonly address: string;
}

/** Who is to reach what. */
export interface Expectation {
  /** The nodes that are awake, in the experiment's order. */
  readonly nodes: readonly string[];
  /** Every interface address of each. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /** Whether substrates and awake nodes lead from one to the other. A node is together with itself. */
  together(from: string, to: string): boolean;
}

/** Every node is to reach every address of every other that it is connected with; ghosts are asleep and pass nothing on. */
export function expect(nodes: readonly PingNode[]): Expectation {
  const awake = nodes.filter(({ ghost }) => !ghost);
  const component = componentsOf(awake);
  return {
    nodes: awake.map(({ name }) => name),
    targets: new Map(
      awake.map(({ name, interfaces }) => [
        name,
        interfaces.map((one) => ({
          node: name,
          interface: one.name,
          substrate: one.substrate,
          address: one.address,
        })),
      ]),
    ),
    together: (from, to) => component.get(from) === component.get(to),
  };
}

/** The number of each node's connected component. */
function componentsOf(nodes: readonly PingNode[]): ReadonlyMap<string, number> {
  const leaders = new Map<string, string>();
  const find = (name: string): string => {
    let leader = name;
    for (let next = leaders.get(leader); next !== undefined; next = leaders.get(leader)) leader = next;
    if (leader !== name) leaders.set(name, leader);
    return leader;
  };
  for (const { name, interfaces } of nodes) {
    for (const { substrate } of interfaces) {
      const [a, b] = [find(`node ${name}`), find(`substrate ${substrate}`)];
      if (a !== b) leaders.set(a, b);
    }
  }
  const numbers = new Map<string, number>();
  return new Map(
    nodes.map(({ name }) => {
      const leader = find(`node ${name}`);
      if (!numbers.has(leader)) numbers.set(leader, numbers.size);
      return [name, numbers.get(leader)!];
    }),
  );
}
