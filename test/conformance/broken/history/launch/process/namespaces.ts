import shipped from '../../../../../../launch/process/namespaces.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) => ({ ...effect, keep: 'history' }));
