import { effectId } from '../../model/effect.ts';
import type { EffectKind, Observation, Outcome } from '../../plan/kind.ts';
import type { PlannedEffect } from '../../plan/plan.ts';
import type { AddressSpec } from '../../stage/effects.ts';
import { inNetns } from '../namespace.ts';
import type { RouteSocket } from '../netlink.ts';
import { attempt, failed } from '../outcome.ts';

/** Addresses on interfaces of the host's own network namespace that others made: one at a time, whoever else has some there. */
export const addressKind: EffectKind = {
  kind: 'address',
  describe: ({ spec }) => {
    const { address, device } = spec as AddressSpec;
    return `address ${address} on ${device}`;
  },

  async observe(effects, journal) {
    return inNetns(undefined, (socket) =>
      effects.map((effect): Observation => {
        const { address, device } = effect.spec as AddressSpec;
        const holder = holderOf(effect, socket);
        const ours = journal.recorded(effectId(effect)) !== undefined;
        if (holder === undefined || (ours && holder.name !== device)) return { state: 'absent' };
        if (ours && holder.address === address) return { state: 'present' };
        return {
          state: 'foreign',
          what: `${holder.name} of this host has the address ${holder.address}, which the control net gave to this experiment`,
          hint: 'set control_net.pool to addresses that nobody has',
        };
      }),
    );
  },

  async make(effects) {
    return inNetns(undefined, (socket) => effects.map((effect) => give(effect, socket)));
  },

  async unmake(effects) {
    return inNetns(undefined, (socket) =>
      effects.map((effect) =>
        attempt(() => {
          const { address, device } = effect.spec as AddressSpec;
          const index = indexOf(socket, device);
          const there = socket.addresses().some((one) => one.index === index && one.address === address);
          if (index !== undefined && there) socket.deleteAddress(index, address);
        }),
      ),
    );
  },
};

function give(effect: PlannedEffect, socket: RouteSocket): Outcome {
  const { address, device } = effect.spec as AddressSpec;
  const index = indexOf(socket, device);
  if (index === undefined) return failed({ message: `there is no ${device} that could have ${address}` });
  return attempt(() => socket.addAddress(index, address));
}

/** Who has the address, with which length. */
function holderOf(
  effect: PlannedEffect,
  socket: RouteSocket,
): { readonly name: string; readonly address: string } | undefined {
  const { address, device } = effect.spec as AddressSpec;
  const names = new Map(socket.links().map(({ index, name }) => [index, name]));
  const holders = socket
    .addresses()
    .filter((one) => one.address.split('/')[0] === address.split('/')[0])
    .map((one) => ({ name: names.get(one.index) ?? '', address: one.address }));
  return holders.find((one) => one.name === device && one.address === address) ?? holders[0];
}

function indexOf(socket: RouteSocket, device: string): number | undefined {
  return socket.links().find(({ name }) => name === device)?.index;
}
