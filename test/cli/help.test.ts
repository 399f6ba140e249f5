import { describe, expect, test } from '@jest/globals';
import { lifeCommands } from '../../engine/cli/commands-of-lives.ts';
import { nodeCommands } from '../../engine/cli/commands-of-nodes.ts';
import { runCommands } from '../../engine/cli/commands-of-runs.ts';
import { engineVersion } from '../../engine/cli/version.ts';
import { benito, expected } from './_run.ts';

const commands = [...runCommands, ...nodeCommands, ...lifeCommands].map(({ name }) => name);

describe('help (UPDATE_GOLDEN=1 writes it anew)', () => {
  test.each(['', ...commands])('%s', async (command) => {
    const { code, stdout, stderr } = await benito([...(command === '' ? [] : [command]), '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(expected(`help${command === '' ? '' : `-${command}`}.txt`, stdout));
  });

  test('comes without a command, and by `help COMMAND` too', async () => {
    expect((await benito([])).stdout).toBe((await benito(['--help'])).stdout);
    expect((await benito(['help', 'down'])).stdout).toBe((await benito(['down', '--help'])).stdout);
  });

  test('the version is that of the package', async () => {
    expect(await benito(['--version'])).toEqual({ code: 0, stdout: `${engineVersion()}\n`, stderr: '' });
  });
});
