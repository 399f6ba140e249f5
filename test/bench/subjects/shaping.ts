import { throwAwayHost } from '../../system/_host.ts';
import type { Host } from '../../system/_host.ts';
import { imagesOfThisMachine } from '../../system/_images.ts';
import { topdl } from '../../system/_topdl.ts';
import { flood, quantile, roundTrips } from '../../system/_traffic.ts';
import { FigureBook } from '../figures.ts';
import type { Figure } from '../figures.ts';
import type { Subject } from './subject.ts';

/** The tutorial's star: what its links do, by real traffic, between process nodes and between guests. */
export const shapingSubject: Subject = async ({ rounds, tell }) => {
  const book = new FigureBook(tell);
  const note = book.note.bind(book);
  for (let round = 0; round < rounds; round += 1) {
    await onProcessNodes(note);
    await onGuests(note);
  }
  return book.all();
};

type Note = (subject: string, what: string, unit: Figure['unit'], value: number) => void;

const NAMED = ['-e', 'b/star', '--var', '/tmp/star'];
const LEAVES = 9;

async function onProcessNodes(note: Note): Promise<void> {
  const subject = 'star of 10 ms and 100 Mb/s';
  const host = await starHost('process', 100_000);
  try {
    await delays(host, subject, note);
    const frames = { count: 60_000, size: 1514, perSecond: 10_000 };
    const pair = (leaf: number): readonly [string, string] => ['b.star.center', `b.star.n-${leaf}`];
    const back = (leaf: number): readonly [string, string] => [`b.star.n-${leaf}`, 'b.star.center'];
    const [leafAddress, centerAddress] = await addresses(host);
    note(
      subject,
      'UDP outward',
      'Mb/s',
      (await flood(host, pair(0), leafAddress[0]!, { port: 7000, ...frames })).kbps / 1e3,
    );
    note(
      subject,
      'UDP inward',
      'Mb/s',
      (await flood(host, back(0), centerAddress[0]!, { port: 7000, ...frames })).kbps / 1e3,
    );
    for (const links of [1, 2, 3, 9]) {
      const all = await Promise.all(
        Array.from({ length: links }, (_, leaf) => [
          flood(host, pair(leaf), leafAddress[leaf]!, { port: 7100 + leaf, ...frames, count: 30_000 }),
          flood(host, back(leaf), centerAddress[leaf]!, { port: 7200 + leaf, ...frames, count: 30_000 }),
        ]).flat(),
      );
      const worst = Math.min(...all.map(({ kbps }) => kbps));
      const sum = all.reduce((total, { kbps }) => total + kbps, 0);
      const what = `UDP both ways on ${links} links at once`;
      note(subject, `${what}, the slowest`, 'Mb/s', worst / 1e3);
      note(subject, `${what}, all together`, 'Mb/s', sum / 1e3);
    }
    await host.ok('shape', 'link0', '--loss', '1%', ...NAMED);
    const count = 100_000;
    const lossy = await flood(host, pair(0), leafAddress[0]!, {
      port: 7300,
      count,
      size: 100,
      perSecond: 4000,
    });
    note(subject, 'lost of 100,000 with 1 % loss', '', count - lossy.different);
  } finally {
    await host.close();
  }
}

async function onGuests(note: Note): Promise<void> {
  const subject = 'guests, 10 ms and 10 Mb/s';
  await imagesOfThisMachine(['boot', 'mini']);
  const host = await throwAwayHost({ images: 'shared', packages: 'shared' });
  try {
    const qemu = { attributes: { 'containers:node_type': 'qemu' } };
    const nodes = {
      center: { on: ['link0', 'link1'], ...qemu },
      'n-0': { on: ['link0'], ...qemu },
      'n-1': { on: ['link1'] },
    };
    const link = { capacity: 10_000, latency: 10 };
    await host.write('/tmp/star.xml', topdl(nodes, { link0: link, link1: link }));
    await host.ok('up', '/tmp/star.xml', ...NAMED);
    const [, centerAddress] = await addresses(host);
    const times = await roundTrips(host, 'b.star.n-1', centerAddress[1]!, 200);
    note(subject, 'RTT of a process node to a guest, median', 'ms', quantile(times, 0.5));
    note(subject, 'RTT of a process node to a guest, 99th percentile', 'ms', quantile(times, 0.99));
    const script = 'ping -c 200 -i 0.1 -q n-0 | tail -n 1; cat /sys/class/net/inf000/statistics/rx_bytes';
    const { stdout } = await host.ok('exec', 'center', ...NAMED, '--', 'sh', '-c', script);
    note(subject, 'RTT between guests, mean', 'ms', Number(/= [\d.]+\/([\d.]+)\//.exec(stdout)![1]));
    note(subject, 'frames from one guest to the other', 'Mb/s', await guestRate(host, 'center', 'n-0'));
    note(subject, 'frames the other way', 'Mb/s', await guestRate(host, 'n-0', 'center'));
  } finally {
    await host.close();
  }
}

/** Whole frames, by the receiver's counters, over five seconds of more than the link carries; guests have no UDP tool. */
async function guestRate(host: Host, from: string, to: string): Promise<number> {
  const ping = `ping -q -s 1472 -i 0.0005 -w 14 ${to} >/dev/null 2>&1 &`;
  await host.ok('exec', from, ...NAMED, '--', 'sh', '-c', `${ping} ${ping} exit 0`);
  const counted =
    'sleep 2; a=$(cat /sys/class/net/inf000/statistics/rx_bytes); t=$(cut -d " " -f 1 /proc/uptime); sleep 5; ' +
    'b=$(cat /sys/class/net/inf000/statistics/rx_bytes); u=$(cut -d " " -f 1 /proc/uptime); echo $a $t $b $u; sleep 6';
  const { stdout } = await host.ok('exec', to, ...NAMED, '--', 'sh', '-c', counted);
  const [a, t, b, u] = stdout.trim().split(' ').map(Number);
  return ((b! - a!) * 8) / 1e6 / (u! - t!);
}

async function delays(host: Host, subject: string, note: Note): Promise<void> {
  const [leafAddress, centerAddress] = await addresses(host);
  for (const [whom, address] of [
    ['the centre', centerAddress[0]!],
    ['another satellite', leafAddress[8]!],
  ] as const) {
    const times = await roundTrips(host, 'b.star.n-0', address, 200);
    note(subject, `RTT to ${whom}, median`, 'ms', quantile(times, 0.5));
    note(subject, `RTT to ${whom}, 99th percentile`, 'ms', quantile(times, 0.99));
  }
}

async function starHost(platform: string, capacity: number): Promise<Host> {
  const attributes = { 'containers:node_type': platform };
  const links = Array.from({ length: LEAVES }, (_, leaf) => `link${leaf}`);
  const leaves = links.map((link, leaf) => [`n-${leaf}`, { on: [link], attributes }] as const);
  const nodes = { center: { on: links, attributes }, ...Object.fromEntries(leaves) };
  const host = await throwAwayHost();
  const shapes = Object.fromEntries(links.map((link) => [link, { capacity, latency: 10 }]));
  await host.write('/tmp/star.xml', topdl(nodes, shapes));
  await host.ok('up', '/tmp/star.xml', ...NAMED);
  return host;
}

/** The leaves' addresses, and the centre's on the links to them. */
async function addresses(host: Host): Promise<readonly [readonly string[], readonly string[]]> {
  const lines = (await host.read('/tmp/star/config/hosts')).split('\n').map((line) => line.split(/\s+/));
  const of = (pattern: RegExp): readonly string[] =>
    lines.filter(([, name]) => pattern.test(name ?? '')).map(([address]) => address!);
  return [of(/^n-\d+-link/), of(/^center-link/)];
}
