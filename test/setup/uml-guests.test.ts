import { describe, expect, test } from '@jest/globals';
import type { FileSystems } from '../../engine/model/file-systems.ts';
import { isUserError } from '../../engine/model/problem.ts';
import type { PlanContext } from '../../engine/stage/define.ts';
import stage from '../../setup/uml/50_guests.ts';
import type { UmlGuest } from '../../setup/uml/50_guests.ts';

const ALICE = {
  name: 'alice',
  uid: 1000,
  gid: 100,
  groups: [100, 200],
  home: '/users/alice',
  shell: '/bin/sh',
};
const BOB = { name: 'bob', uid: 1001, gid: 1001, groups: [1001], home: '/users/bob', shell: '/bin/sh' };
const NODE = {
  name: 'a',
  attributes: [],
  control: { address: '192.168.144.3', prefix: 20, mac: '06:00:c0:a8:90:03' },
  interfaces: [{ name: 'eth0', address: '10.0.0.1', prefix: 24 }],
};

describe('a User-Mode Linux guest', () => {
  test('is told who it is; devices are numbered, the one on the control net first', () => {
    const guest = guestOf({ accounts: [ALICE, BOB] });
    expect(guest.identity.split('\n')).toEqual([
      'hostname a',
      'interface 100 control0 192.168.144.3/20',
      'interface 101 eth0 10.0.0.1/24',
      'export /users',
      'account alice:x:1000:100::/users/alice:/bin/sh',
      'account bob:x:1001:1001::/users/bob:/bin/sh',
      'group alice:x:100:alice',
      'group g200:x:200:alice',
      'group bob:x:1001:bob',
      '',
    ]);
    expect(guest.devices).toEqual([
      { number: 100, interface: 'control0' },
      { number: 101, interface: 'eth0' },
    ]);
    expect(guest.exports).toEqual([{ path: '/users', directory: '/nfs/users' }]);
  });

  test('forwards where it has several interfaces', () => {
    const interfaces = ['eth0', 'eth1'].map((name) => ({ name, address: '10.0.0.1', prefix: 24 }));
    expect(guestOf({}, { interfaces }).identity).toContain('\nforward yes\n');
  });

  test('runs as nobody, as the first account, or, where guests are trusted, as root', () => {
    expect(guestOf({}).user).toEqual({ uid: 65534, groups: [65534] });
    expect(guestOf({ accounts: [ALICE, BOB] }).user).toEqual({ uid: 1000, groups: [100, 200] });
    expect(guestOf({ accounts: [ALICE], trusted: true }).user).toEqual({ uid: 0, groups: [0] });
  });

  test('has as much memory as the site says, or its own attribute', () => {
    const attributes = [{ name: 'containers:uml_memory', value: '128' }];
    expect([guestOf({}).memory, guestOf({}, { attributes }).memory]).toEqual([64, 128]);
  });

  test.each([
    [{ attributes: [{ name: 'containers:uml_memory', value: '12' }] }, {}, 'MiB, 32 or more'],
    [{ interfaces: [{ name: 'control0', address: '10.0.0.1', prefix: 24 }] }, {}, "an interface 'control0'"],
    [{}, { exports: [{ path: '/a,b', directory: '/a', made: false }] }, 'with a comma or a space in it'],
  ])('is refused what it cannot have: %j %j', (node, fileSystems, message) => {
    expect(messageOf(() => guestOf(fileSystems, node))).toContain(message);
  });
});

function guestOf(fileSystems: Partial<FileSystems>, node: object = {}): UmlGuest {
  const facts = {
    nodes: [{ ...NODE, ...node }],
    settings: { ipv6: false, platforms: { uml: { memory: 64 } } },
    fileSystems: {
      server: 'diod',
      trusted: false,
      exports: [{ path: '/users', directory: '/nfs/users', made: false }],
      accounts: [],
      servers: [],
      ...fileSystems,
    },
  };
  const result = stage.plan({ facts } as unknown as PlanContext<'nodes' | 'settings' | 'fileSystems'>);
  return 'facts' in result ? result.facts.umlGuests.a! : (undefined as never);
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isUserError(error)) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
