import shipped from '../../../../../../launch/process/start_commands.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) => [
  effect,
  {
    ...effect,
    name: `${effect.name}-again`,
    edges: { ...effect.edges, after: [`${effect.kind} ${effect.name}`] },
  },
]);
