import { join } from 'node:path';
import { ROOT, until } from './_host.ts';
import type { Host, Running } from './_host.ts';

/** A testbed's boss: a server of another language, with certificates of its own, on a throw-away host. */
export interface TestBoss {
  /** What it has given, by experiment and node. */
  table(): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>>;
  /** The methods that were called since the last time this was asked, in order. */
  calls(): Promise<readonly string[]>;
  /** What happens to the next calls of methods, one each; boss.py says what there is. */
  next(coming: Readonly<Record<string, readonly string[]>>): Promise<void>;
  /** Writes site settings that name it, some of them otherwise. */
  settings(otherwise?: Readonly<Record<string, string | number>>): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const FOLDER = '/tmp/boss';
const PORT = 3069;
const URL = `https://127.0.0.1:${PORT}/boss`;
const SCRIPT = join(ROOT, 'test/system/boss.py');

/** Two authorities, each with a client; and the server, whom the first one vouches for. */
const CERTIFICATES = `
set -e
mkdir -p ${FOLDER} && cd ${FOLDER}
authority() { name=$1; shift; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \\
  -keyout $name.key -out $name.crt -subj /CN=$name; }
signed() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $1.key -out $1.csr -subj /CN=$1
  printf "subjectAltName=%s\\n" "$3" >$1.ext
  openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -days 2 -extfile $1.ext -out $1.crt; }
authority ca
authority stranger
signed server ca IP:127.0.0.1
signed client ca DNS:client
signed outsider stranger DNS:outsider
`;

/**
 * Starts a boss, and has the host's settings name it.
 * @param chaos a seed: its calls fail at random, in every way that they can.
 */
export async function testBoss(host: Host, { chaos }: { chaos?: number } = {}): Promise<TestBoss> {
  await host.must(['sh', '-c', CERTIFICATES]);
  let running: Running | undefined;
  let read = 0;
  const boss: TestBoss = {
    table: async () => JSON.parse(await host.read(`${FOLDER}/table.json`)) as never,
    async calls() {
      const all = (await host.must(['sh', '-c', `cat ${FOLDER}/calls 2>/dev/null || :`])).split('\n');
      const fresh = all.filter(Boolean).slice(read);
      read += fresh.length;
      return fresh.map((line) => line.split(' ')[0]!);
    },
    next: (coming) => host.write(`${FOLDER}/next.json`, JSON.stringify(coming)),
    async settings(otherwise = {}) {
      const named = { url: URL, certificate: `${FOLDER}/client.crt`, key: `${FOLDER}/client.key` };
      const patience = { timeout_seconds: 20, retries: 2 };
      const all = { ...named, ca: `${FOLDER}/ca.crt`, ...patience, ...otherwise };
      const lines = Object.entries(all).map(([name, value]) => `    ${name}: ${value}\n`);
      const head = 'control_net:\n  boss: xmlrpc\n  pool: 10.99.0.0/24\n  xmlrpc:\n';
      await host.write('/etc/benito/site.yaml', `${head}${lines.join('')}`);
    },
    async stop() {
      await running?.kill('program');
      await running?.ended;
    },
    async start() {
      const seed = chaos === undefined ? [] : [String(chaos)];
      const python = (
        await host.must(['sh', '-c', 'test -x /usr/bin/python3 && echo /usr/bin/python3 || echo python3'])
      ).trim();
      running = host.start([python, '-B', SCRIPT, FOLDER, String(PORT), ...seed]);
      const server = running;
      await until(async () => server.stdout().includes('ready'), 'boss does not come up', server);
    },
  };
  await boss.start();
  await boss.settings();
  return boss;
}
