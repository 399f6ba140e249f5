import { lastOf, type Subnet } from './ip4.ts';

/** Which blocks of an address space are taken. Automatic subnets start on a block; wider ones are aligned. */
export interface Blocks {
  /** Marks every block that the subnet touches; what lies outside the space is ignored. */
  take(subnet: Subnet): void;
  /** True where the subnet lies in the space and touches no taken block, not counting those of `except`. */
  isFree(subnet: Subnet, except?: Subnet): boolean;
  /** Takes and returns the first free subnet of that length; undefined where the space has none. */
  next(length: number): Subnet | undefined;
}

/** The blocks of a space: /24 each, or one block where the space itself is narrower. All are free. */
export function createBlocks(space: Subnet): Blocks {
  const unit = Math.max(24, space.length);
  const unitSize = 2 ** (32 - unit);
  const count = 2 ** (unit - space.length);
  const taken = new Uint8Array(count);
  const cursors = new Map<number, number>();

  const range = (subnet: Subnet): readonly [number, number] => [
    Math.max(0, Math.floor((subnet.base - space.base) / unitSize)),
    Math.min(count - 1, Math.floor((lastOf(subnet) - space.base) / unitSize)),
  ];
  const isFree = (subnet: Subnet, except?: Subnet): boolean => {
    if (subnet.base < space.base || lastOf(subnet) > lastOf(space)) return false;
    const [from, to] = range(subnet);
    const [skipFrom, skipTo] = except ? range(except) : [1, 0];
    for (let block = from; block <= to; block++) {
      if (taken[block] && (block < skipFrom || block > skipTo)) return false;
    }
    return true;
  };
  const take = (subnet: Subnet): void => {
    if (lastOf(subnet) < space.base || subnet.base > lastOf(space)) return;
    const [from, to] = range(subnet);
    taken.fill(1, from, to + 1);
  };
  const next = (length: number): Subnet | undefined => {
    const size = 2 ** Math.max(0, unit - length);
    for (let block = cursors.get(size) ?? 0; block + size <= count; block += size) {
      const subnet = { base: space.base + block * unitSize, length };
      if (length < space.length || !isFree(subnet)) continue;
      cursors.set(size, block + size);
      take(subnet);
      return subnet;
    }
    cursors.set(size, count);
    return undefined;
  };
  return { take, isFree, next };
}
