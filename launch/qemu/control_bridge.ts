import { defineStage, effect, hashedMac, interfaceName } from 'benito-pipeline';
import type { Effect, One, TapSpec } from 'benito-pipeline';

declare module 'benito-pipeline' {
  interface Facts {
    /** The TAP of each guest on the control bridge, by node. */
    controlTaps: One<Readonly<Record<string, Effect<TapSpec>>>>;
  }
}

/** Each guest that is on the control net gets a TAP in the control bridge; the guest's own end has the MAC that boss gave. */
export default defineStage({
  summary: 'Plug the QEMU guests on this pnode into the control bridge',
  needs: ['experiment', 'nodes', 'controlBridge'],
  provides: ['controlTaps'],
  plan({ facts: { experiment, nodes, controlBridge } }) {
    const taps = nodes
      .filter(({ control, ghost }) => control && !ghost)
      .map(({ name: node, failureAction }) => {
        const device = interfaceName('bc', experiment.id, node);
        const mac = hashedMac(`${device}\n${experiment.id}`);
        const options = { node, failure: failureAction } as const;
        return [node, effect.tap({ device, mac, bridge: controlBridge }, options)] as const;
      });
    return { effects: taps.map(([, tap]) => tap), facts: { controlTaps: Object.fromEntries(taps) } };
  },
});
