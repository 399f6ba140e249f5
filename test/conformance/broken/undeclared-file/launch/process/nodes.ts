import type { ProcessSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/nodes.ts';
import { changed } from '../../../../_changed.ts';

/** Its script, which no effect names, is where it writes. */
export default changed(shipped, (effect) => {
  if (effect.name !== 'node-alpha') return effect;
  const spec = effect.spec as ProcessSpec;
  const argv = ['sh', '-c', 'cd /var; cd tmp; echo $$ >alpha.pid; exec "$@"', 'sh', ...spec.argv];
  return { ...effect, spec: { ...spec, argv } };
});
