import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endRunning } from './command.ts';
import { PRODUCT, median, pairedRatio } from './figures.ts';
import type { Figure } from './figures.ts';
import { guestsSubject } from './subjects/guests.ts';
import { lanSubject } from './subjects/lan.ts';
import { lineSubject } from './subjects/line.ts';
import { packingSubject } from './subjects/packing.ts';
import { scaffoldSubject } from './subjects/scaffold.ts';
import { setupSubject } from './subjects/setup.ts';
import { shapingSubject } from './subjects/shaping.ts';
import { stagesSubject } from './subjects/stages.ts';
import { startupSubject } from './subjects/startup.ts';
import type { Subject } from './subjects/subject.ts';
import { zooSubject } from './subjects/zoo.ts';
import { formatTable } from './table.ts';

const subjects: Readonly<Record<string, Subject>> = {
  startup: startupSubject,
  stages: stagesSubject,
  scaffold: scaffoldSubject,
  setup: setupSubject,
  packing: packingSubject,
  lan: lanSubject,
  line: lineSubject,
  guests: guestsSubject,
  shaping: shapingSubject,
  zoo: zooSubject,
};

const USAGE = `npm run bench -- [SUBJECT...] [--rounds 5] [--guests 1,4,16] [--json FILE]
  SUBJECT is one of ${Object.keys(subjects).join(', ')}; all unless said. Needs root.
  --guests: how many the LANs of \`guests\` have, 1 to 250.
  Medians of --rounds runs, competitors in turn. Progress goes to stderr; --json - puts the figures on stdout.`;

/** On a LAN with a 24-bit prefix there is room for the one who asks them, too. */
const MOST_GUESTS = 250;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      guests: { type: 'string', default: '1,4,16' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = positionals.length > 0 ? positionals : Object.keys(subjects);
  const unknown = wanted.find((name) => !(name in subjects));
  const rounds = Number(values.rounds);
  const guests = values.guests.split(',').map(Number);
  const areSizes = guests.every((size) => Number.isInteger(size) && size >= 1 && size <= MOST_GUESTS);
  if (values.help || unknown !== undefined || !(rounds >= 1) || !areSizes) {
    console.error(unknown === undefined ? USAGE : `there is no subject ${unknown}\n${USAGE}`);
    return values.help ? 0 : 2;
  }
  if (process.getuid?.() !== 0) {
    console.error('the bench brings experiments up: only root may');
    return 1;
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, endRunning);
  const load = [loadavg()[0]!];
  const folder = mkdtempSync(join(tmpdir(), 'bp-'));
  const figures: Figure[] = [];
  try {
    for (const name of wanted) {
      const prefix = `b${process.pid}`;
      figures.push(
        ...(await subjects[name]!({ rounds, folder, prefix, guests, tell: (line) => console.error(line) })),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  load.push(loadavg()[0]!);

  if (values.json !== '-') console.log(formatTable(figures));
  console.error(caveat(load));
  if (values.json !== undefined)
    write(values.json, { rounds, node: process.version, load, figures: withMedians(figures) });
  return 0;
}

function withMedians(figures: readonly Figure[]): readonly object[] {
  return figures.map((figure) => {
    const product = figures.find(
      ({ subject, what, competitor }) =>
        subject === figure.subject &&
        what === figure.what &&
        competitor === PRODUCT &&
        figure.competitor !== PRODUCT,
    );
    const productRatios = product && pairedRatio(product, figure);
    return { ...figure, median: median(figure.runs), ...(productRatios && { productRatios }) };
  });
}

function write(path: string, value: unknown): void {
  const text = `${JSON.stringify(value, null, 1)}\n`;
  if (path === '-') process.stdout.write(text);
  else writeFileSync(path, text);
}

function caveat(load: readonly number[]): string {
  const [before, after] = load.map((one) => one.toFixed(1));
  return (
    `${availableParallelism()} cores, load ${before} before and ${after} after. Absolute times are this machine's, at this ` +
    'load: hold against each other only what ran in turn, by the ratio of each pair.'
  );
}
