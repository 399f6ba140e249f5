import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sandboxed } from '../../engine/host/sandbox.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-sandbox-'));
  mkdirSync(join(folder, 'seen'), { mode: 0o777 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a shell script in a sandbox that sees the folder `seen`. */
function attempt(script: string, env: Readonly<Record<string, string>> = {}) {
  const [command, ...args] = sandboxed(['sh', '-c', script], { sees: [join(folder, 'seen')], env });
  const { status, stdout, stderr } = spawnSync(command!, args, {
    encoding: 'utf8',
    env: { ...process.env, SECRET: 'x' },
  });
  return { status, stdout, stderr };
}

test('a command sees what it may see, and has its input, an environment of its own and its exit status', () => {
  writeFileSync(join(folder, 'seen', 'here'), 'text');
  const { status, stdout } = attempt(`cat ${folder}/seen/here; echo " $GIVEN$SECRET"; pwd; exit 3`, {
    GIVEN: 'given',
  });
  expect({ status, stdout }).toEqual({ status: 3, stdout: 'text given\n/\n' });
});

test('folders may have any name', () => {
  const odd = join(folder, 'a b#c\\d');
  mkdirSync(odd);
  writeFileSync(join(odd, 'program'), '#!/bin/sh\necho "$0"\n', { mode: 0o755 });
  const [command, ...args] = sandboxed([join(odd, 'program')], { sees: [odd] });
  expect(spawnSync(command!, args, { encoding: 'utf8' }).stdout).toBe(`${odd}/program\n`);
});

describe('attempts to change something', () => {
  test.each([
    ['a file in the root', 'touch /file'],
    ['a file in /tmp', 'touch /tmp/file'],
    ['a file in /dev', 'touch /dev/file /dev/shm/file'],
    ['a file in a folder that all may write', 'touch "$SEEN/file"'],
    ['a mount', 'mount -t tmpfs none /tmp'],
    ['a folder made writable', 'mount -o remount,rw "$SEEN"'],
    ['an interface', 'ip link add dummy0 type dummy'],
    ['a TAP', 'ip tuntap add tap0 mode tap'],
    ['a host name', 'hostname other'],
    ['a kernel setting', 'echo 1 >/proc/sys/net/ipv4/ip_forward'],
    ['another user', 'setpriv --reuid 1000 --clear-groups true'],
    [
      'a namespace of the host',
      'nsenter --target 1 --net=/proc/1/ns/net true; nsenter --net=/run/netns/x true',
    ],
  ])('%s', (_what, script) => {
    const { status, stderr } = attempt(script, { SEEN: join(folder, 'seen') });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/Read-only|denied|not permitted|superuser|must be root|No such file/i);
  });

  test('capabilities do not come back with a set-uid program', () => {
    const { stdout } = attempt('unset x; grep -E "NoNewPrivs|CapEff|CapBnd" /proc/self/status');
    expect(stdout.replace(/\s+/g, ' ')).toBe(
      'CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 ',
    );
  });

  test('processes of the host cannot be seen, nor ended', () => {
    const { stdout } = attempt(`ls -d /proc/[0-9]* | wc -l; kill -9 ${process.pid} || echo none`);
    expect(stdout).toMatch(/^[1-9]\nnone\n$/);
  });

  test('sockets of the host cannot be connected to', async () => {
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    const python = `import socket; socket.socket(socket.AF_UNIX).connect(${JSON.stringify(path)})`;
    const { status, stderr } = attempt(`python3 -c '${python}'`);
    server.close();
    expect(status).toBe(1);
    expect(stderr).toContain('FileNotFoundError');
  });
});

test('to kill it is to kill all that it started', async () => {
  const marker = `86${process.pid}`;
  const [command, ...args] = sandboxed(['sh', '-c', `setsid sleep ${marker} & sleep ${marker}`]);
  const child = spawn(command!, args, { stdio: 'ignore' });
  const running = (): boolean => spawnSync('pgrep', ['-f', `^sleep ${marker}`]).status === 0;
  while (!running()) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  const until = Date.now() + 5000;
  while (running() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(running()).toBe(false);
});
