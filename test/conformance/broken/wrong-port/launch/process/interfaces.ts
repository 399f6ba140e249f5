import type { ProcessSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/interfaces.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) => {
  if (effect.name !== 'plug-alpha.inf000') return effect;
  const { argv, ...spec } = effect.spec as ProcessSpec;
  return { ...effect, spec: { ...spec, argv: argv.map((word) => (word === '1' ? '9' : word)) } };
});
