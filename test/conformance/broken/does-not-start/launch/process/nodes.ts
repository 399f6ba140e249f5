import type { ProcessSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/nodes.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) =>
  effect.name === 'node-alpha'
    ? {
        ...effect,
        spec: { ...(effect.spec as ProcessSpec), argv: ['sh', '-c', 'echo no such image >&2; exit 1'] },
      }
    : effect,
);
