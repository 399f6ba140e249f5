import type { ProcessSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/interfaces.ts';
import { changed } from '../../../../_changed.ts';

/** Says that it is plugged in, and plugs itself in a while later. */
export default changed(shipped, (effect) => {
  if (effect.name !== 'plug-alpha.inf000') return effect;
  const { argv, ...spec } = effect.spec as ProcessSpec;
  const foreground = argv.filter((word) => word !== '--daemon');
  return {
    ...effect,
    spec: { ...spec, argv: ['sh', '-c', 'sleep 4; exec "$@"', 'sh', ...foreground], start: 'stays' },
  };
});
