import { describe, expect, test } from '@jest/globals';
import { explainFault } from '../../engine/cli/fault.ts';
import { noColors } from '../../engine/report/colors.ts';
import { benito, expected, stable } from './_run.ts';

const XML = 'test/golden/cli/two.xml';
const HERE = ['-e', 'golden/two', '--var', '/nowhere/golden'];

/** Command lines that are wrong, and the exit codes that they get. */
const cases: readonly (readonly [string, number, readonly string[]])[] = [
  ['unknown-command', 2, ['upp', XML]],
  ['unknown-option', 2, ['check', XML, '--jsno']],
  ['missing-argument', 2, ['up']],
  ['bad-pair', 2, ['check', XML, '--as', 'embedded_pnode']],
  ['bad-number', 2, ['ping', '--count', 'many']],
  ['bad-count', 2, ['check', XML, '--packing', '0']],
  ['bad-passes', 2, ['check', XML, '--pass-pack', '0:5,1']],
  ['bad-pass', 2, ['check', XML, '--pass-nodes-only', '0,first']],
  ['unknown-pnode', 1, ['plan', XML, '--pnode', 'host-z', ...HERE]],
  ['unknown-phase', 2, ['run', 'setpu', XML, '--dry-run']],
  ['unknown-stage', 2, ['run', 'setup', XML, '--dry-run', '--stage', '12_ruotes', ...HERE]],
  [
    'stages-both-ways',
    2,
    ['run', 'setup', XML, '--dry-run', '--stage', '12_routes', '--to', '12_routes', ...HERE],
  ],
  [
    'stages-backwards',
    2,
    ['run', 'setup', XML, '--dry-run', '--from', '12_routes', '--to', '06_addresses', ...HERE],
  ],
  ['no-setup', 1, ['run', 'launch', '--dry-run', ...HERE]],
  ['no-file', 1, ['check', 'none.xml']],
  ['directory-as-file', 1, ['check', 'test/golden/cli']],
  ['bad-name', 1, ['check', XML, '-e', 'two']],
  ['wrong-topology', 1, ['check', 'test/golden/cli/wrong.xml']],
  ['unknown-type', 1, ['check', 'test/golden/cli/unknown-type.xml']],
  ['containers', 1, ['check', 'test/golden/cli/containers.xml']],
  ['no-stage-folder', 1, ['stages', '--stages', '/nowhere/stages']],
  ['not-a-plan', 1, ['apply', XML]],
];

describe('mistakes (UPDATE_GOLDEN=1 writes them anew)', () => {
  test.each(cases)('%s', async (name, exitCode, args) => {
    const { code, stdout, stderr } = await benito(args);
    if (name === 'not-a-plan' && process.getuid?.() !== 0) return; // told that only root may
    expect(stable(stderr)).toBe(expected(`error-${name}.txt`, stable(stderr)));
    expect([code, stdout]).toEqual([exitCode, '']);
  });

  test('are one JSON object with --json, all of them together', async () => {
    const { code, stdout, stderr } = await benito(['check', 'test/golden/cli/wrong.xml', '--json']);
    const { error } = JSON.parse(stdout) as {
      error: { code: string; message: string; place: { line: number } }[];
    };
    expect([code, stderr]).toEqual([1, '']);
    expect(error.map((problem) => problem.place.line)).toEqual([7, 11]);
    const usage = await benito(['check', '--json']);
    expect(usage).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(usage.stdout)).toMatchObject({ error: [{ code: 'usage' }] });
  });
});

describe('what is thrown and is no mistake of the user', () => {
  test('is told as a fault of the program, with its stack', () => {
    const { lines, exitCode } = explainFault(new TypeError('x is not a function'), noColors);
    expect(lines[0]).toBe('This is a fault of benito-pipeline, not of your input: x is not a function');
    expect(lines.some((line) => /^\s+at /.test(line))).toBe(true);
    expect(exitCode).toBe(70);
  });

  test('is told without one where the system refused', () => {
    const refused = Object.assign(new Error('x'), { code: 'EACCES', path: '/etc/x', syscall: 'open' });
    expect(explainFault(refused, noColors)).toMatchObject({
      lines: ['/etc/x: open: permission denied'],
      exitCode: 1,
    });
  });
});
