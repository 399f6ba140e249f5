import type { ProcessSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/nodes.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) =>
  effect.name === 'node-alpha'
    ? {
        ...effect,
        spec: { ...(effect.spec as ProcessSpec), ready: { file: '/run/never', seconds: 100_000 } },
      }
    : effect,
);
