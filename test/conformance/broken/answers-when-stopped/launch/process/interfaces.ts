import shipped from '../../../../../../launch/process/interfaces.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) => {
  const diesWith = effect.edges.diesWith.filter((id) => !id.startsWith('process node-'));
  return { ...effect, edges: { ...effect.edges, diesWith } };
});
