import { expect, test } from '@jest/globals';
import { render } from '../../engine/cli/commands/list.ts';
import { noColors } from '../../engine/report/colors.ts';

test('list: a line an experiment', () => {
  const since = new Date(2026, 10, 23, 9, 5).toISOString();
  const lines = render(
    [
      { experiment: 'p/a', varDir: '/var/benito', state: 'up', nodes: 10, since },
      { experiment: 'p/bb', varDir: '/tmp/b', state: 'rebooted', nodes: 553, since },
      { experiment: 'p/c', varDir: '/tmp/c', state: 'unknown', nodes: null, since: null },
    ],
    noColors,
  );
  expect(lines).toEqual([
    'EXPERIMENT  STATE                    NODES  SINCE             VAR',
    'p/a         up                          10  2026-11-23 09:05  /var/benito',
    'p/bb        gone after a reboot        553  2026-11-23 09:05  /tmp/b',
    'p/c         unknown (root may look)      ?  ?                 /tmp/c',
  ]);
});

test('list: none', () => {
  expect(render([], noColors)).toEqual(['no experiments on this host']);
});
