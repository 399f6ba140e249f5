import type { NetnsSpec } from 'benito-pipeline';
import shipped from '../../../../../../launch/process/namespaces.ts';
import { changed } from '../../../../_changed.ts';

export default changed(shipped, (effect) => {
  const spec = effect.spec as NetnsSpec;
  return { ...effect, spec: { ...spec, sysctls: { ...spec.sysctls, 'net/ipv4/ip_forward': '0' } } };
});
