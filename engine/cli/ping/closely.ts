import { runBatch } from '../../host/batch.ts';
import type { VInterface } from '../../model/vnode.ts';
import { noColors } from '../../report/colors.ts';
import type { NodeRecord } from '../../plan/plan.ts';
import { wayInto } from '../enter.ts';
import type { Io } from '../io.ts';
import type { Known } from '../known.ts';
import { formatTable } from '../table.ts';
import type { Cell } from '../table.ts';
import { readFpingCounts, readPing } from './answers.ts';
import { checked } from './probe.ts';

export interface CloseRequest {
  readonly known: Known;
  readonly source: NodeRecord;
  readonly node: NodeRecord;
  readonly interfaces: readonly VInterface[];
  readonly count: number;
  readonly timeoutMs: number;
}

/** Between two requests to one address. */
const PERIOD_MS = 200;

/**
 * Several requests to each address of one node, with round-trip times.
 * @returns the exit code: 0 if every address answered at least once.
 */
export async function pingClosely(request: CloseRequest, together: boolean, io: Io): Promise<number> {
  const { source, node, interfaces, count } = request;
  const times = await measure(request);
  const results = interfaces.map((one) => {
    const answers = (times.get(one.address) ?? []).filter((ms) => ms !== null);
    const sum = answers.reduce((a, b) => a + b, 0);
    return {
      address: one.address,
      interface: one.name,
      substrate: one.substrate,
      sent: count,
      lost: count - answers.length,
      ms:
        answers.length === 0
          ? null
          : { min: Math.min(...answers), avg: sum / answers.length, max: Math.max(...answers) },
    };
  });
  const ok = results.every(({ ms }) => ms);
  if (io.asJson) {
    io.json({ from: source.name, to: node.name, ok, connected: together, results });
    return ok ? 0 : 1;
  }
  const colors = io.colors ?? noColors;
  const rows = results.map(({ address, interface: name, substrate, lost, ms }): readonly Cell[] => [
    address,
    name,
    substrate,
    {
      text: lost === 0 ? 'ok' : ms ? `${lost} of ${count} lost` : 'no answer',
      paint: lost === 0 ? colors.green : colors.red,
    },
    ms ? ms.min.toFixed(3) : '',
    ms ? ms.avg.toFixed(3) : '',
    ms ? ms.max.toFixed(3) : '',
  ]);
  io.print(`${source.name} to ${node.name}, ${count} requests to each address`);
  const head = ['ADDRESS', 'INTERFACE', 'SUBSTRATE', '', 'MIN MS', 'AVG MS', 'MAX MS'];
  for (const line of formatTable(head, rows, { right: [4, 5, 6] })) io.print(line);
  if (!ok && node.ghost) io.print(`${node.name} is a ghost: it is not started`);
  else if (!ok && !together) io.print('nothing connects the two: no answer was to be expected');
  else if (!ok) io.print('what died, if anything did: benito-pipeline status');
  return ok ? 0 : 1;
}

async function measure(request: CloseRequest): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
  const { known, source, interfaces, count, timeoutMs } = request;
  const addresses = interfaces.map(({ address }) => address);
  const entry = source.entry;
  if (entry?.hostTools && entry.process !== undefined) {
    const way = wayInto(known, source, ['net']);
    const pace = ['-p', String(PERIOD_MS), '-t', String(timeoutMs), '-i', '1'];
    const argv = [...way, 'fping', '-q', '-C', String(count), ...pace, ...addresses];
    const [result] = await runBatch([{ argv }], { timeoutMs: 10_000 + count * (PERIOD_MS + timeoutMs) });
    return readFpingCounts(checked(result!).stderr);
  }
  const way = wayInto(known, source);
  const wait = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const commands = addresses.flatMap((address) =>
    Array.from({ length: count }, () => ({ argv: [...way, 'ping', '-c', '1', '-W', wait, address] })),
  );
  const results = await runBatch(commands, { timeoutMs: 60_000 + commands.length * (timeoutMs + 1000) });
  return new Map(
    addresses.map((address, index) => [
      address,
      results.slice(index * count, (index + 1) * count).map(({ stdout }) => readPing(stdout) ?? null),
    ]),
  );
}
