import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadSettings } from '../../engine/config/settings.ts';
import { messageOf } from '../topdl/support.ts';

const XMLRPC = ['url: https://boss:3069/', 'certificate: /b/crt', 'key: /b/key', 'ca: /b/ca'];

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-settings-'));
  file = join(folder, 'site.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Settings of a site whose control_net.xmlrpc has these lines. */
function withXmlrpc(lines: readonly string[]): () => ReturnType<typeof loadSettings> {
  const text = [
    'control_net:',
    '  boss: xmlrpc',
    ...(lines.length > 0 ? ['  xmlrpc:', ...lines.map((line) => `    ${line}`)] : []),
  ];
  writeFileSync(file, `${text.join('\n')}\n`);
  return () => loadSettings(file);
}

describe('boss over XML-RPC', () => {
  test('four settings make it; the rest has defaults', () => {
    expect(withXmlrpc(XMLRPC)().control_net).toMatchObject({
      boss: 'xmlrpc',
      pool: '192.168.144.0/20',
      xmlrpc: {
        url: 'https://boss:3069/',
        certificate: '/b/crt',
        key: '/b/key',
        ca: '/b/ca',
        timeout_seconds: 10,
        retries: 4,
      },
    });
  });

  test.each(['url', 'certificate', 'key', 'ca'])('%s is needed', (name) => {
    const others = XMLRPC.filter((line) => !line.startsWith(`${name}:`));
    expect(messageOf(withXmlrpc(others))).toContain(`${file}:4: setting control_net.xmlrpc.${name}: needed`);
  });

  test('all four are missed at once, at what should hold them', () => {
    const message = messageOf(withXmlrpc([]));
    for (const name of ['url', 'certificate', 'key', 'ca']) {
      expect(message).toContain(`${file}:2: setting control_net.xmlrpc.${name}: needed`);
    }
  });

  test.each([
    ['url: http://boss/', 'url: an https:// URL is needed'],
    ['url: https://', 'url: an https:// URL is needed'],
    ['certificate: boss.crt', 'certificate: a path from / on is needed'],
    ['timeout_seconds: 0', 'timeout_seconds: '],
    ['retries: 1.5', 'retries: '],
    ['password: x', 'password: '],
  ])('%s is refused', (line, why) => {
    const others = XMLRPC.filter((one) => one.split(':')[0] !== line.split(':')[0]);
    const message = messageOf(withXmlrpc([line, ...others]));
    expect(message).toContain(`setting control_net.xmlrpc.${why}`);
    expect(message).toMatch(/site\.yaml:4: /);
  });
});

describe('pnodes', () => {
  const withPnodes = (...lines: readonly string[]): (() => ReturnType<typeof loadSettings>) => {
    writeFileSync(file, `${['pnodes:', ...lines.map((line) => `  - ${line}`)].join('\n')}\n`);
    return () => loadSettings(file);
  };

  test('there are none unless a site lists them; limits are optional', () => {
    expect(loadSettings(file).pnodes).toEqual([]);
    expect(loadSettings(file).packing).toEqual({ nodes: 10, nodes_only: false });
    const full = { name: 'host-b.example.org', memory: 1024, cores: 0.5, interfaces: 0, platforms: ['qemu'] };
    expect(withPnodes('{ name: host-a }', JSON.stringify(full))().pnodes).toEqual([{ name: 'host-a' }, full]);
  });

  test.each([
    ['{ name: host-a, memory: 0 }', 3, '1.memory: MiB are needed, more than 0'],
    ['{ name: host-a, cores: -1 }', 3, '1.cores: a number of cores is needed, more than 0'],
    ['{ name: host-a, interfaces: 1.5 }', 3, '1.interfaces: a whole number is needed'],
    ['{ name: host-a, platforms: [] }', 3, '1.platforms: at least one platform is needed'],
    ['{ name: "host a" }', 3, '1.name: the name of a host is needed: letters, digits, - and .'],
    ['{ name: first }', 3, "1.name: there is another pnode 'first' before it in the list"],
    ['{ name: host-a, disks: 1 }', 3, '1.disks: '],
  ])('%s is told with its line', (line, number, message) => {
    expect(messageOf(withPnodes('{ name: first }', line))).toContain(
      `${file}:${number}: setting pnodes.${message}`,
    );
  });
});
