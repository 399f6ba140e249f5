import { expect, test } from '@jest/globals';
import type { FileSystems } from '../../engine/model/file-systems.ts';
import type { PlanContext } from '../../engine/stage/define.ts';
import stage from '../../setup/qemu/40_file_systems.ts';

const EXPORTS = [
  { path: '/users', directory: '/users', made: false },
  { path: '/proj', directory: '/nfs/proj', made: false },
];
const SERVER = { pnode: 'pnode-0000', address: '192.168.144.1', port: 564, clients: [] };

test('a guest has a line of fstab for each export, in the form that the original had', () => {
  expect(guestOf({ server: 'diod', servers: [SERVER] })).toEqual({
    fstab: [
      '192.168.144.1 /users 9p _netdev,aname=/users,trans=tcp,port=564,version=9p2000.L,uname=root,access=user,msize=65536 0 1',
      '192.168.144.1 /proj 9p _netdev,aname=/proj,trans=tcp,port=564,version=9p2000.L,uname=root,access=user,msize=65536 0 1',
    ],
    shares: [],
  });
});

test('by virtio it mounts what the hypervisor shares', () => {
  expect(guestOf({ server: 'virtio', trusted: true })).toEqual({
    fstab: [
      '0-users /users 9p trans=virtio,version=9p2000.L,access=client,msize=65536 0 1',
      '1-proj /proj 9p trans=virtio,version=9p2000.L,access=client,msize=65536 0 1',
    ],
    shares: [
      { tag: '0-users', directory: '/users', securityModel: 'passthrough' },
      { tag: '1-proj', directory: '/nfs/proj', securityModel: 'passthrough' },
    ],
  });
});

test('without a server it mounts nothing', () => {
  expect(guestOf({ server: 'none', exports: [] })).toEqual({ fstab: [], shares: [] });
});

/** What the stage says of a guest on the only pnode. */
function guestOf(some: Partial<FileSystems>): unknown {
  const fileSystems: FileSystems = {
    server: 'none',
    trusted: false,
    exports: EXPORTS,
    accounts: [],
    servers: [],
    ...some,
  };
  const nodes = [{ name: 'a', pnode: 'pnode-0000' }];
  const result = stage.plan({ facts: { nodes, fileSystems } } as unknown as PlanContext<
    'nodes' | 'fileSystems'
  >);
  return 'facts' in result && result.facts?.guestFileSystems.a;
}
