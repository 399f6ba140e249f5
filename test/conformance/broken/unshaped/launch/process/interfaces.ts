import type { ProcessSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/interfaces.ts';
import { changed } from '../../../../_changed.ts';

/** Both ends of a link in one port: past what shapes it. */
export default changed(shipped, (effect) => {
  if (effect.name !== 'plug-near.inf000') return effect;
  const { argv, ...spec } = effect.spec as ProcessSpec;
  const port = argv.indexOf('--port') + 1;
  return { ...effect, spec: { ...spec, argv: argv.map((word, index) => (index === port ? '2' : word)) } };
});
