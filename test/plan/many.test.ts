import { expect, test } from '@jest/globals';
import { planWith } from './_plan.ts';

const GUESTS = `export default { summary: 'guests', needs: ['nodes'], provides: ['guests'], many: ['guests'],
  plan: ({ facts: { nodes } }) => ({ facts: { guests: nodes.map(({ name }) => name) } }) };`;

const SUMMARY = `export default { summary: 'sum', needs: ['guests'], closing: true,
  plan: ({ facts: { guests } }) => ({ notes: [JSON.stringify(guests)] }) };`;

test('a closing stage sees what every platform contributed to a fact of many', async () => {
  const plan = await planWith({
    'launch/one/guests.ts': GUESTS,
    'launch/two/guests.ts': GUESTS,
    'launch/summary.ts': SUMMARY,
  });
  expect(plan.notes).toEqual(['[["a"],["b"]]']);
});
