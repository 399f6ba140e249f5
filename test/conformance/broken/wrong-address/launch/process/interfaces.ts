import type { TapSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/interfaces.ts';
import { changed } from '../../../../_changed.ts';

/** A bit of the netmask is lost. */
export default changed(shipped, (effect) =>
  effect.kind === 'tap' && effect.node === 'alpha'
    ? { ...effect, spec: { ...(effect.spec as TapSpec), addresses: ['10.0.0.1/25'] } }
    : effect,
);
