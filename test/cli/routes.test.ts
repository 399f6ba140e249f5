import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../engine/config/package-root.ts';

const SCRIPT = join(packageRoot(), 'launch', 'routes');
let folder: string;
let config: string;

/** An `ip` that says what it is asked for; without -batch it is busybox's. */
const IP = (batch: boolean): string => `#!/bin/sh
if [ "$1" = ${batch ? '-batch' : 'none'} ]; then exec cat >"$OUT"; fi
case $* in -batch*) echo 'ip: invalid option' >&2; exit 1 ;; *nonsense*) echo 'no prefix' >&2; exit 1 ;; esac
echo "$@" >>"$OUT"
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-routes-'));
  config = join(folder, 'config');
  mkdirSync(join(config, 'route'), { recursive: true });
  for (const [name, batch] of [
    ['iproute2', true],
    ['busybox', false],
  ] as const) {
    // prettier-ignore
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'ip'), IP(batch));
    chmodSync(join(folder, name, 'ip'), 0o755);
  }
  writeFileSync(
    join(config, 'route', 'n1'),
    '10.2.0.0/24 via 10.1.0.2\r\n\r\n# all\nunreachable 10.0.0.0/8 # rest\n10.4.0.0/16 via 10.1.0.4',
  );
  writeFileSync(join(config, 'route', 'bad'), '\nnonsense\n10.4.0.0/16 via 10.1.0.4\n');
  writeFileSync(join(config, 'route', 'none'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], ip = 'iproute2') {
  const asked = join(folder, 'asked');
  writeFileSync(asked, '');
  const env = { PATH: `${join(folder, ip)}:${process.env.PATH}`, OUT: asked };
  const { status, stdout, stderr } = spawnSync('/bin/sh', [SCRIPT, ...args], { encoding: 'utf8', env });
  const lines = readFileSync(asked, 'utf8').split('\n');
  return { status, stdout, stderr, asked: lines.map((line) => line.trim()).filter(Boolean) };
}

describe('launch/routes', () => {
  const set = [
    'route replace 10.2.0.0/24 via 10.1.0.2',
    'route replace unreachable 10.0.0.0/8',
    'route replace 10.4.0.0/16 via 10.1.0.4',
  ];

  test.each(['iproute2', 'busybox'])('sets every route with the ip of %s', (ip) => {
    const { status, asked } = run([config, 'n1'], ip);
    expect(asked).toEqual(set);
    expect(status).toBe(0);
  });

  test('takes a name with a domain, and a slash behind the directory', () => {
    expect(run([`${config}/`, 'n1.star.demo.example']).status).toBe(0);
  });

  test('names the line that cannot be set, and sets the others', () => {
    const { status, asked, stderr } = run([config, 'bad'], 'busybox');
    expect(stderr).toBe(`routes: ${config}/route/bad, line 2: no prefix\n`);
    expect(asked).toEqual(['route replace 10.4.0.0/16 via 10.1.0.4']);
    expect(status).toBe(1);
  });

  test('has nothing to do for an empty file', () => {
    expect(run([config, 'none'])).toEqual({ status: 0, stdout: '', stderr: '', asked: [] });
  });

  test.each([
    [[], 2, 'usage: routes CONFIG_DIR [HOSTNAME]'],
    [['a', 'b', 'c'], 2, 'usage: routes CONFIG_DIR [HOSTNAME]'],
    [['/nowhere', 'x'], 1, 'there is no directory /nowhere/route'],
    [['<config>', 'x.y'], 1, 'there is no route file <config>/route/x.y'],
    [['<config>', '../n1'], 2, "'../n1' is no host name"],
  ])('%j: exit status %i', (args, status, message) => {
    const ended = run(args.map((word) => word.replace('<config>', config)));
    expect(ended.stderr).toContain(message.replace('<config>', config));
    expect(ended.status).toBe(status);
  });

  test('--help is no error', () => {
    expect(run(['--help'])).toMatchObject({ status: 0, stderr: '' });
  });
});
