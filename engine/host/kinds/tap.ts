import { existsSync } from 'node:fs';
import { effectId } from '../../model/effect.ts';
import { groupBy } from '../../model/group-by.ts';
import type { EffectKind, JournalView, Observation, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { TapSpec } from '../../stage/effects.ts';
import type { CommandResult } from '../batch.ts';
import type { HostContext } from '../context.ts';
import { DONE, failed, failureOf } from '../outcome.ts';
import { ipBatch, netnsPath } from './netns.ts';

/** What `ip -json addr show` says of a link. */
interface Link {
  readonly ifname: string;
  readonly address: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly family: string }[];
}

/** Persistent TAPs, born in their namespace (moving one there costs 17 ms), one `ip` process a namespace. */
export function tapKind(host: HostContext): EffectKind {
  return {
    kind: 'tap',
    describe: ({ spec }) => {
      const { netns, device, mac, addresses } = spec as TapSpec;
      return `TAP ${device} in ${netns}, ${mac}, ${addresses.join(', ')}`;
    },

    async observe(effects, journal) {
      const links = await linksOf(effects.map(({ spec }) => (spec as TapSpec).netns));
      return effects.map((effect) => {
        const spec = effect.spec as TapSpec;
        const link = links.get(spec.netns)?.find(({ ifname }) => ifname === spec.device);
        return compare(effect, link, journal);
      });
    },

    make: (effects) => byNamespace(effects, ({ spec }) => makeLines(spec as TapSpec)),

    change: async (changes, journal) => {
      const effects = changes.map(({ effect }) => effect);
      const links = await linksOf(effects.map(({ spec }) => (spec as TapSpec).netns));
      return byNamespace(effects, (effect) => {
        const spec = effect.spec as TapSpec;
        const link = links.get(spec.netns)?.find(({ ifname }) => ifname === spec.device);
        return link ? mendLines(effect, link, journal) : makeLines(spec);
      });
    },

    async unmake(effects) {
      const links = await linksOf(effects.map(({ spec }) => (spec as TapSpec).netns));
      const there = effects.filter(({ spec }) => {
        const { netns, device } = spec as TapSpec;
        return links.get(netns)?.some(({ ifname }) => ifname === device);
      });
      const outcomes = await byNamespace(there, ({ spec }) => [`link del dev ${(spec as TapSpec).device}`]);
      return effects.map((effect) => outcomes[there.indexOf(effect)] ?? DONE);
    },
  };

  /** One `ip -batch` a namespace; a line that fails is put down to the effect that it is of. */
  async function byNamespace(
    effects: readonly PlannedEffect[],
    linesOf: (effect: PlannedEffect) => readonly string[],
  ): Promise<readonly Outcome[]> {
    const groups = [...groupBy(effects, ({ spec }) => (spec as TapSpec).netns)];
    const commands = groups.map(([netns, group]) => ipBatch(group.flatMap(linesOf), netns));
    const results = await host.run(commands);
    const outcomes = new Map<PlannedEffect, Outcome>();
    groups.forEach(([, group], index) => {
      const failures = failedLines(results[index]!);
      let line = 1;
      for (const effect of group) {
        const lines = linesOf(effect);
        const at = failures.find((number) => number >= line && number < line + lines.length);
        const lost = results[index]!.status >= 124;
        const command = { argv: ['ip', '-netns', (effect.spec as TapSpec).netns, ...(lines[(at ?? line) - line] ?? '').split(' ')] };
        outcomes.set(effect, at !== undefined || lost ? failed(failureOf(command, results[index]!)) : DONE);
        line += lines.length;
      }
    });
    return effects.map((effect) => outcomes.get(effect)!);
  }

  async function linksOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly Link[]>> {
    const there = [...new Set(names)].filter((name) => existsSync(netnsPath(name)));
    const results = await host.run(there.map((name) => ({ argv: ['ip', '-netns', name, '-json', 'address', 'show'] })));
    return new Map(there.map((name, index) => [name, parseLinks(results[index]!)]));
  }
}

function parseLinks(result: CommandResult): readonly Link[] {
  return result.status === 0 ? (JSON.parse(result.stdout) as readonly Link[]).filter(({ ifname }) => ifname) : [];
}

/** `ip -force -batch` names each line that failed: `Command failed -:3`. */
function failedLines({ stderr }: CommandResult): readonly number[] {
  return [...stderr.matchAll(/Command failed -:(\d+)/g)].map((match) => Number(match[1]));
}

function makeLines({ device, mac, addresses, mtu }: TapSpec): readonly string[] {
  return [
    `tuntap add dev ${device} mode tap`,
    `link set dev ${device} address ${mac}${mtu === undefined ? '' : ` mtu ${mtu}`} up`,
    ...addresses.map((address) => `address add ${address} dev ${device}`),
  ];
}

function mendLines(effect: PlannedEffect, link: Link, journal: JournalView): readonly string[] {
  const { device, mac, addresses, mtu } = effect.spec as TapSpec;
  const stale = staleAddresses(effect, link, journal);
  return [
    ...stale.map((address) => `address del ${address} dev ${device}`),
    `link set dev ${device} address ${mac}${mtu === undefined ? '' : ` mtu ${mtu}`} up`,
    ...addresses.filter((address) => !addressesOf(link).includes(address)).map((address) => `address add ${address} dev ${device}`),
  ];
}

function compare(effect: PlannedEffect, link: Link | undefined, journal: JournalView): Observation {
  const spec = effect.spec as TapSpec;
  if (!link) return { state: 'absent' };
  const why = [
    ...spec.addresses.filter((address) => !addressesOf(link).includes(address)).map((address) => `${address} is missing`),
    ...staleAddresses(effect, link, journal).map((address) => `${address} is no longer wanted`),
  ];
  if (link.address !== spec.mac) why.push(`its MAC is ${link.address}, not ${spec.mac}`);
  if (spec.mtu !== undefined && link.mtu !== spec.mtu) why.push(`its MTU is ${link.mtu}, not ${spec.mtu}`);
  if (!link.flags.includes('UP')) why.push('it is down');
  return why.length === 0 ? { state: 'present' } : { state: 'different', why, mend: 'in-place' };
}

/** Addresses that we gave it earlier and that are wanted no longer; what others added is left alone. */
function staleAddresses(effect: PlannedEffect, link: Link, journal: JournalView): readonly string[] {
  const { addresses } = effect.spec as TapSpec;
  const recorded = journal.recorded(effectId(effect));
  const given = [recorded?.effect, recorded?.previous].flatMap((one) => (one?.spec as TapSpec | undefined)?.addresses ?? []);
  return [...new Set(given)].filter((address) => !addresses.includes(address) && addressesOf(link).includes(address));
}

function addressesOf(link: Link): readonly string[] {
  return link.addr_info.filter(({ family }) => family === 'inet').map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}
