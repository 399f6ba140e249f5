import shipped from '../../../../../../launch/process/routes.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) => (effect.node === 'gamma' ? [] : effect));
