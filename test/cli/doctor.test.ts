import { describe, expect, test } from '@jest/globals';
import { examineHost, renderFindings } from '../../engine/cli/commands/doctor.ts';
import { failing, ok, unknown, warning } from '../../engine/cli/doctor/check.ts';
import { softwareChecks } from '../../engine/cli/doctor/software.ts';
import { noColors } from '../../engine/report/colors.ts';

describe('doctor', () => {
  test('says what is wrong, with the command that mends it below', async () => {
    const findings = await examineHost([
      { name: 'one', look: () => ok('fine') },
      {
        name: 'another',
        look: async () => [failing('tc is missing', 'apt-get install iproute2'), warning('low')],
      },
      { name: 'hidden', look: () => unknown('only root can tell') },
    ]);
    expect(renderFindings(findings, noColors)).toEqual([
      'ok       one      fine',
      'FAILING  another  tc is missing',
      '         mend: apt-get install iproute2',
      'warning  another  low',
      'unknown  hidden   only root can tell',
      '',
      '1 failing, 1 warning, 1 that only root can look at',
    ]);
  });

  test('survives a check that breaks', async () => {
    const broken = (): never => {
      throw new Error('no such thing');
    };
    expect(await examineHost([{ name: 'broken', look: broken }])).toEqual([
      { check: 'broken', level: 'warning', text: 'could not look: no such thing' },
    ]);
  });

  test('names the package of a command that is missing', async () => {
    const commands = softwareChecks.filter(({ name }) => name === 'commands');
    const findings = await examineHost(commands);
    expect(findings.every(({ level, mend }) => level === 'ok' || /^apt-get install /.test(mend!))).toBe(true);
  });
});
