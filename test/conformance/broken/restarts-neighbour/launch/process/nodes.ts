import shipped from '../../../../../../launch/process/nodes.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) =>
  effect.name === 'node-gamma'
    ? { ...effect, edges: { ...effect.edges, diesWith: [...effect.edges.diesWith, 'process node-alpha'] } }
    : effect,
);
