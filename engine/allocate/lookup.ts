import { maskOf } from './ip4.ts';
import type { RouteTable } from './route-table.ts';

/** Prepares longest-prefix match in a table: gives the position of the route that wins for an address, -1 for none. */
export function createLookup(table: RouteTable): (address: number) => number {
  const holds = (route: number, address: number): boolean =>
    (address & maskOf(table.length[route]!)) >>> 0 === table.base[route];
  const around = new Int32Array(table.count);
  for (let route = 0; route < table.count; route++) {
    let above = route - 1;
    while (above >= 0 && !holds(above, table.base[route]!)) above = around[above]!;
    around[route] = above;
  }
  return (address) => {
    let low = 0;
    let high = table.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (table.base[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    // What holds the address begins before it, so it is the last route that does, or one around that.
    let route = low - 1;
    while (route >= 0 && !holds(route, address)) route = around[route]!;
    return route;
  };
}
