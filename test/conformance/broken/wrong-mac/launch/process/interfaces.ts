import type { TapSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/interfaces.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) =>
  effect.kind === 'tap' && effect.node === 'alpha'
    ? { ...effect, spec: { ...(effect.spec as TapSpec), mac: '02:00:00:00:00:01' } }
    : effect,
);
