import { defineStage, fileBeside } from 'benito-pipeline';
import type { One } from 'benito-pipeline';
import type { Shape } from './_machine.ts';

declare module 'benito-pipeline' {
  interface Facts {
    /** The machine of each guest that runs, by node. */
    guestShapes: One<Readonly<Record<string, Shape>>>;
  }
}

const PROBE = 'KVM';

/** KVM where a guest was seen to boot with it, else QEMU's own emulation. */
export default defineStage({
  summary: "Settle the guests' machines",
  needs: ['nodes', 'settings', 'guestRoots'],
  provides: ['guestShapes'],
  probes: ({ facts: { settings } }) =>
    settings.platforms.qemu!.accel === 'auto'
      ? [{ name: PROBE, argv: [fileBeside(import.meta.url, '_probe_kvm.sh')], seconds: 600, remember: true }]
      : [],
  plan({ facts: { nodes, settings, guestRoots }, probed }) {
    const asked = settings.platforms.qemu!.accel;
    const usable = probed[PROBE]?.stdout.trim() === 'kvm';
    const accel = asked === 'kvm' || (asked === 'auto' && usable) ? 'kvm' : 'tcg';
    const awake = nodes.filter(({ ghost }) => !ghost);
    const shapes = awake.map(({ name, interfaces, control }): [string, Shape] => [
      name,
      { accel, memory: guestRoots[name]!.memory, nics: interfaces.length + (control ? 1 : 0) },
    ]);
    return { facts: { guestShapes: Object.fromEntries(shapes) } };
  },
});
