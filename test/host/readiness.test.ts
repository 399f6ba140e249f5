import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { isReady, readyBy } from '../../engine/host/readiness.ts';

let folder = '';
let server: Server;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-ready-'));
  server = createServer((socket) => socket.end());
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

test('a TCP port is ready as long as it accepts', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const tcp = { address: '127.0.0.1', port };
  expect(await isReady({ tcp })).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await isReady({ tcp })).toBe(false);
});

test('a socket is ready when it accepts, a file when it is there; all that is named has to be', async () => {
  const [socket, file] = [join(folder, 'socket'), join(folder, 'file')];
  writeFileSync(socket, 'no socket');
  expect(await isReady({ socket })).toBe(false);
  rmSync(socket);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  expect(await isReady({ socket })).toBe(true);
  expect(await isReady({ socket, file })).toBe(false);
  writeFileSync(file, '');
  expect(await isReady({ socket, file })).toBe(true);
});

test('what was waited for is named', () => {
  expect(readyBy({ tcp: { address: '192.0.2.1', port: 22 }, socket: '/run/x' })).toBe(
    '/run/x, 192.0.2.1 port 22',
  );
  expect(readyBy({})).toBe('no process');
});
