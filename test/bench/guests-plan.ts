import type { PlannedEffect } from '../../engine/plan/plan.ts';
import type { FileSpec } from '../../engine/stage/effects.ts';
import { ROOT } from '../system/_host.ts';
import type { Host } from '../system/_host.ts';
import { onHost } from './command.ts';
import { lan, toTopdl } from './topologies.ts';

/** A LAN of guests of the default image, as the experiment that it is on its throw-away host. */
export const EXPERIMENT = { file: '/tmp/guests.xml', name: 'bench/guests', varDir: '/tmp/guests' } as const;
export const TARGET = ['-e', EXPERIMENT.name, '--var', EXPERIMENT.varDir] as const;
const SITE_FILE = '/etc/benito/site.yaml';

/** What the product starts a guest by (launch/qemu/_guest.mjs). */
export interface GuestSpec {
  readonly node: string;
  /** Of its sockets and its `pid` file. */
  readonly folder: string;
  /** The log of its serial line. */
  readonly console: string;
  readonly argv: readonly string[];
  readonly plugs: readonly { readonly number: number; readonly netdev: Readonly<Record<string, unknown>> }[];
  readonly ready: { readonly address: string };
}

/** What the product has decided about an experiment of guests: all that others need to start the very same. */
export interface GuestsPlan {
  /** Launch's, each behind those that it stands on. */
  readonly effects: readonly PlannedEffect[];
  readonly guests: readonly GuestSpec[];
  /** The guests' addresses on the LAN. */
  readonly addresses: readonly string[];
  /** The socket of the LAN's switch. */
  readonly lanSwitch: string;
}

/** Makes a host one whose nodes are guests, and puts the experiment on it. */
export async function prepareHost(host: Host, size: number, snapshot: boolean): Promise<void> {
  await host.write(SITE_FILE, `default_platform: qemu\nplatforms: { qemu: { snapshot: ${snapshot} } }\n`);
  await host.write(EXPERIMENT.file, toTopdl(lan(size)));
}

/** The product's plan for the experiment on this host; writes its config directory. */
export async function planGuests(host: Host): Promise<GuestsPlan> {
  await onHost(host, cli('run', 'setup', EXPERIMENT.file, ...TARGET));
  const { stdout } = await onHost(host, cli('plan', EXPERIMENT.file, ...TARGET, '--json'));
  const { plan } = JSON.parse(stdout) as {
    readonly plan: {
      readonly effects: readonly PlannedEffect[];
    };
  };
  const effects = plan.effects.filter(({ stage }) => stage.startsWith('launch/'));
  const guests = effects
    .filter(({ kind, stage }) => kind === 'file' && stage === 'launch/qemu/guests')
    .map(({ spec }) => JSON.parse((spec as FileSpec).content) as GuestSpec);
  const netdevs = guests.flatMap(({ plugs }) => plugs.map(({ netdev }) => netdev));
  const addresses = await Promise.all(guests.map(({ node }) => lanAddress(host, node)));
  const lanSwitch = String(netdevs.find(({ type }) => type === 'vde')!.sock);
  return { effects, guests, addresses, lanSwitch };
}

/** The words of the product's command line. */
export function cli(...args: readonly string[]): readonly string[] {
  return [process.execPath, `${ROOT}/engine/cli/benito-pipeline.js`, ...args];
}

async function lanAddress(host: Host, node: string): Promise<string> {
  const hosts = await host.read(`${EXPERIMENT.varDir}/config/hosts`);
  return hosts
    .split('\n')
    .find((line) => line.endsWith(` ${node}`))!
    .split('\t')[0]!;
}
