import { expect, test } from '@jest/globals';
import { planWith } from './_plan.ts';

const SAYS = `export default { summary: 's', needs: ['pnode'], plan: ({ facts: { pnode } }) => ({ notes: [JSON.stringify(pnode)] }) };`;

test('a pnode comes with its control address, in launch and in the folders of platforms', async () => {
  const plan = await planWith({ 'setup/one/say.ts': SAYS, 'launch/say.ts': SAYS, 'launch/two/say.ts': SAYS });
  const pnode = {
    name: 'pnode-0000',
    control: { address: '192.168.144.2', prefix: 20, mac: '06:00:00:00:00:01' },
  };
  expect(plan.notes.map((note) => JSON.parse(note) as unknown)).toEqual([pnode, pnode, pnode]);
});
