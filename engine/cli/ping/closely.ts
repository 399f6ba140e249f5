import { runBatch } from '../../host/batch.ts';
import type { VInterface } from '../../model/vnode.ts';
import { UserError } from '../../model/problem.ts';
import { noColors } from '../../report/colors.ts';
import type { NodeRecord } from '../../plan/plan.ts';
import { inside, isStopped } from '../enter.ts';
import type { Io } from '../io.ts';
import type { Known } from '../known.ts';
import { formatTable } from '../table.ts';
import type { Cell } from '../table.ts';
import { readAsked, readFpingCounts } from './answers.ts';
import { checked } from './probe.ts';
import { askingCommand, askingTimeMs } from './script.ts';

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
  const { known, source, node, interfaces, count } = request;
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
  else if (!ok && isStopped(known, node))
    io.print(`${node.name} was stopped; start it: benito-pipeline start ${node.name} -e ${known.full}`);
  else if (!ok && !together) io.print('nothing connects the two: no answer was to be expected');
  else if (!ok) io.print('what died, if anything did: benito-pipeline status');
  return ok ? 0 : 1;
}

async function measure(request: CloseRequest): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
  const { known, source, interfaces, count, timeoutMs } = request;
  const addresses = interfaces.map(({ address }) => address);
  const entry = source.entry;
  if (entry?.hostTools && entry.process !== undefined) {
    const pace = ['-p', String(PERIOD_MS), '-t', String(timeoutMs), '-i', '1'];
    const command = ['fping', '-q', '-C', String(count), ...pace, ...addresses];
    const argv = inside(known, source, command, ['net']);
    const [result] = await runBatch([{ argv }], { timeoutMs: 10_000 + count * (PERIOD_MS + timeoutMs) });
    return readFpingCounts(checked(result!).stderr);
  }
  const asked = Array.from({ length: count }, () => addresses).flat();
  const argv = inside(known, source, askingCommand(asked, timeoutMs));
  const [result] = await runBatch([{ argv }], { timeoutMs: askingTimeMs(asked.length, timeoutMs) });
  if (result!.status !== 0) throw couldNotAsk(source.name, result!.stderr, result!.status);
  return readAsked(result!.stdout);
}

function couldNotAsk(node: string, stderr: string, status: number): UserError {
  return new UserError({
    code: 'could-not-ask',
    message: `${node} could not be made to ask: ${stderr.trim() || `status ${status}`}`,
    hint: 'see how it is: benito-pipeline status',
  });
}
