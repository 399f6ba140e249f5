import { definePlatform } from 'benito-pipeline';
import shipped from '../../../../../setup/process/_platform.ts';

/** All that may be lacking. */
export default definePlatform({
  ...shipped,
  verbs: {},
  lacks: ['configDirectory', 'controlNet', 'exec', 'hostFiles', 'routes', 'startCommands', 'stop'],
});
