import { overlaps, parseSubnet } from '../../allocate/ip4.ts';
import { SITE_FILE, loadSettings } from '../../config/settings.ts';
import { failing, ok, unknown, warning } from './check.ts';
import type { Check, Finding } from './check.ts';
import { isRoot, output } from './look.ts';

/** What the control net needs of this host. */
export const controlNetChecks: readonly Check[] = [
  {
    name: 'bridge',
    look() {
      if (!isRoot()) return unknown('whether the kernel can make bridges only root can tell');
      const made = output('unshare', '--net', 'ip', 'link', 'add', 'name', 'bridge', 'type', 'bridge');
      return made === undefined
        ? failing('the kernel makes no bridges: there is no control net without', 'modprobe bridge')
        : ok('bridges can be made');
    },
  },
  { name: 'control net', look: clashes },
];

/** A host that has addresses of the pool itself does not reach its nodes there, or others not at all. */
function clashes(): readonly Finding[] {
  const { pool, interface: joins } = loadSettings().control_net;
  const range = parseSubnet(pool)!;
  const theirs = [...ownAddresses(), ...ownRoutes()].filter(
    ({ device, network }) =>
      overlaps(parseSubnet(network)!, range) &&
      device !== joins &&
      !/^benito-([0-9a-f]{8}|control)$/.test(device),
  );
  if (theirs.length === 0) return [ok(`nothing else of this host is in ${pool}`)];
  return theirs.map(({ device, network, what }) =>
    warning(
      `control_net.pool ${pool} overlaps ${what} ${network} of ${device}: control-net addresses and those of ${device} hide each other`,
      `set control_net.pool in ${SITE_FILE} to a range that nobody uses`,
    ),
  );
}

interface Network {
  readonly device: string;
  readonly network: string;
  readonly what: string;
}

function ownAddresses(): readonly Network[] {
  interface Row {
    readonly ifname: string;
    readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
  }
  return rows<Row>('address', 'show').flatMap(({ ifname, addr_info: addresses }) =>
    addresses.map(({ local, prefixlen }) => {
      return { device: ifname, network: `${local}/${prefixlen}`, what: 'the address' };
    }),
  );
}

function ownRoutes(): readonly Network[] {
  const found = rows<{ dst: string; dev?: string; protocol?: string }>('route', 'show');
  return found
    .filter(({ dst, protocol }) => dst !== 'default' && protocol !== 'kernel')
    .map(({ dst, dev }) => ({
      device: dev ?? 'this host',
      network: dst.includes('/') ? dst : `${dst}/32`,
      what: 'the route to',
    }));
}

function rows<Row>(...words: readonly string[]): readonly Row[] {
  return JSON.parse(output('ip', '-json', '-4', ...words) || '[]') as Row[];
}
