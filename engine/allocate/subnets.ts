import type { Problem } from '../model/problem.ts';
import type { Attachment } from './attachments.ts';
import { createBlocks } from './blocks.ts';
import { capacityOf, formatSubnet, lastOf, subnetOf, type Subnet } from './ip4.ts';
import type { UserAddresses } from './user-addresses.ts';

export interface SubnetInput {
  readonly groups: ReadonlyMap<string, readonly Attachment[]>;
  readonly user: UserAddresses;
  readonly earlier: ReadonlyMap<string, Subnet>;
  readonly reserved: readonly Subnet[];
  readonly space: Subnet;
  readonly problems: Problem[];
}

/**
 * A subnet for every substrate: the author's, else the earlier one (widened in place where it must grow and can),
 * else the first free one of the space. What finds no room is missing, and told in one Problem.
 */
export function chooseSubnets({
  groups,
  user,
  earlier,
  reserved,
  space,
  problems,
}: SubnetInput): Map<string, Subnet> {
  const blocks = createBlocks(space);
  const fixed = [...user.subnets.values(), ...reserved];
  for (const subnet of fixed) blocks.take(subnet);
  const kept = keepable(groups, user, earlier, fixed);
  for (const subnet of kept.values()) blocks.take(subnet);

  const result = new Map<string, Subnet>();
  let exhausted = 0;
  for (const [substrate, group] of groups) {
    const need = group.filter((at) => at.owner.type === 'computer' || user.addresses.has(at.key)).length;
    const before = kept.get(substrate);
    const length = user.lengths.get(substrate) ?? lengthFor(need, before?.length ?? 24);
    const widened = before && before.length !== length ? subnetOf(before.base, length) : undefined;
    const inPlace = widened && blocks.isFree(widened, before) ? widened : undefined;
    if (inPlace) blocks.take(inPlace);
    const stays = before && !widened ? before : inPlace;
    const chosen = user.subnets.get(substrate) ?? stays ?? blocks.next(length);
    if (chosen) result.set(substrate, chosen);
    else exhausted++;
  }
  if (exhausted > 0) {
    problems.push({
      code: 'space-exhausted',
      message: `${formatSubnet(space)} has no free subnet left for ${exhausted} of ${groups.size} substrates`,
      hint: 'choose a wider address space, or set ip4_address and ip4_netmask',
    });
  }
  return result;
}

/** The given length, or the longest shorter one that holds so many hosts. */
function lengthFor(hosts: number, length: number): number {
  return capacityOf(length) >= hosts || length === 1 ? length : lengthFor(hosts, length - 1);
}

/** The earlier subnets that collide with nothing that is fixed now, nor with each other. */
function keepable(
  groups: SubnetInput['groups'],
  user: UserAddresses,
  earlier: SubnetInput['earlier'],
  fixed: readonly Subnet[],
): Map<string, Subnet> {
  const candidates = [
    ...fixed.map((subnet) => ({ substrate: undefined, subnet })),
    ...[...groups.keys()].flatMap((substrate) => {
      const subnet = user.subnets.has(substrate) ? undefined : earlier.get(substrate);
      return subnet ? [{ substrate, subnet }] : [];
    }),
  ].sort((a, b) => a.subnet.base - b.subnet.base || a.subnet.length - b.subnet.length);
  const kept = new Map<string, Subnet>();
  let end = -1;
  let last: { readonly substrate: string | undefined; readonly subnet: Subnet } | undefined;
  for (const candidate of candidates) {
    const { substrate, subnet } = candidate;
    if (subnet.base <= end) {
      if (substrate !== undefined) continue;
      if (last?.substrate !== undefined) kept.delete(last.substrate);
    }
    if (substrate !== undefined) kept.set(substrate, subnet);
    end = Math.max(end, lastOf(subnet));
    last = candidate;
  }
  return kept;
}
