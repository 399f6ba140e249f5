import { expect, test } from '@jest/globals';
import { benito, expected, root } from './_run.ts';

const HERE = ['-e', 'golden/uml', '--var', '/nowhere/golden'];

/** Needs a host that runs User-Mode Linux: on another `check` says so, and this fails with its words. */
test('what is done for a User-Mode Linux guest can be read to the last word (UPDATE_GOLDEN=1 writes it anew)', async () => {
  const { stdout, stderr } = await benito(['plan', 'test/golden/cli/uml.xml', ...HERE, '--full']);
  expect(stderr).toBe('');
  const part = /^launch\/uml\/[^]*?(?=\n\nfrom boss)/m.exec(stdout)?.[0] ?? '';
  const text = `${part
    .replaceAll(root, '<root>')
    .replace(/\b192\.168\.\d+\.\d+\b/g, '<lease>')
    .replace(/\b06:00(:[0-9a-f]{2}){4}\b/g, '<lease mac>')
    .replace(/\b[0-9a-f]{12}\b/g, '<digest>')}\n`;
  expect(text).toBe(expected('plan-uml.txt', text));
});
