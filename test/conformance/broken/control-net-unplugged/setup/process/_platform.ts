import { definePlatform } from 'benito-pipeline';
import shipped from '../../../../../../setup/process/_platform.ts';

export default definePlatform({ ...shipped, lacks: [], controlNet: true });
