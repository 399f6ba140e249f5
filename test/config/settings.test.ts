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
