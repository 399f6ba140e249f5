import { expect, test } from '@jest/globals';
import { fileBeside } from '../../engine/stage/file-beside.ts';

const STAGE = 'file:///opt/a%20clone,%20100%25/launch/here/nodes.ts';

test.each([
  ['_init.sh', '/opt/a clone, 100%/launch/here/_init.sh'],
  ['image/provide', '/opt/a clone, 100%/launch/here/image/provide'],
  ['../routes', '/opt/a clone, 100%/launch/routes'],
  ['..', '/opt/a clone, 100%/launch'],
])('%s is %s', (name, path) => expect(fileBeside(STAGE, name)).toBe(path));
