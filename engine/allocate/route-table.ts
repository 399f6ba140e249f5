import { formatAddress, parseAddress, parseSubnet } from './ip4.ts';

/** One line of a node's routing table: `via` a neighbour's address, or `unreachable`. */
export interface Route {
  /** `a.b.c.d/len`. */
  readonly to: string;
  readonly via?: string;
  readonly unreachable?: true;
}

/** A node's routes in 9 bytes each, sorted by address, wider ones first. */
export interface RouteTable {
  readonly count: number;
  readonly base: Uint32Array;
  readonly length: Uint8Array;
  /** 0 where the destination is unreachable. */
  readonly via: Uint32Array;
}

/** The table written out. */
export function listRoutes(table: RouteTable): readonly Route[] {
  return Array.from({ length: table.count }, (_, at) => {
    const to = `${formatAddress(table.base[at]!)}/${table.length[at]}`;
    const via = table.via[at]!;
    return via === 0 ? { to, unreachable: true } : { to, via: formatAddress(via) };
  });
}

/** The table of routes in any order. Throws a RangeError on a malformed address, on a route without effect, on a double. */
export function tableOf(routes: readonly Route[]): RouteTable {
  const rows = routes.map(({ to, via, unreachable }) => {
    const subnet = parseSubnet(to);
    const next = via === undefined ? 0 : parseAddress(via);
    if (!subnet || next === undefined || (via === undefined) !== (unreachable === true)) {
      throw new RangeError(`no route: ${JSON.stringify({ to, via, unreachable })}`);
    }
    return { ...subnet, next };
  });
  rows.sort((a, b) => a.base - b.base || a.length - b.length);
  rows.forEach((row, at) => {
    const before = rows[at - 1];
    if (before?.base === row.base && before.length === row.length)
      throw new RangeError(`two routes: ${routes[at]!.to}`);
  });
  return {
    count: rows.length,
    base: Uint32Array.from(rows, ({ base }) => base),
    length: Uint8Array.from(rows, ({ length }) => length),
    via: Uint32Array.from(rows, ({ next }) => next),
  };
}
