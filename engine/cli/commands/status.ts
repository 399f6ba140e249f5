import type { Colors } from '../../report/colors.ts';
import { noColors } from '../../report/colors.ts';
import { openKnown } from '../known.ts';
import type { Known } from '../known.ts';
import type { Io } from '../io.ts';
import { outputWidth } from '../output-width.ts';
import { changeText } from '../shape-text.ts';
import { examine } from '../status/health.ts';
import type { Damage, Health, NodeHealth } from '../status/health.ts';
import type { StartCommand } from '../status/start-command.ts';
import { localTime } from '../local-time.ts';
import { formatTable } from '../table.ts';
import type { Cell } from '../table.ts';
import type { TargetOptions } from '../target.ts';

/** With more nodes than this, one line has to do for each. */
const MANY = 40;

/** `status`: exit code 0 if all is well, 1 if something died or the experiment is not up. */
export async function status(options: TargetOptions, io: Io): Promise<number> {
  const known = openKnown(options, 'status');
  const health = await examine(known);
  if (io.asJson) io.json(asJson(known, health));
  else
    for (const line of render(known, health, { width: outputWidth(), colors: io.colors ?? noColors }))
      io.print(line);
  return health.state === 'up' ? 0 : 1;
}

interface Look {
  /** Columns. */
  readonly width: number;
  readonly colors: Colors;
}

/** What `status` says, line by line. */
export function render(
  known: Pick<Known, 'full' | 'experiment'>,
  health: Health,
  { width, colors }: Look,
): readonly string[] {
  const { full, experiment } = known;
  if (health.state === 'rebooted') {
    return rebootLines(known, health);
  }
  const run = runLines(health);
  if (health.state === 'not-up') return [`${full} is not up (${experiment.varDir})`, ...run];
  const damaged = health.nodes.filter(({ damage }) => damage.length > 0);
  const lines = [
    headline(full, health, colors),
    ...run,
    '',
    ...nodeTable(health.nodes, { width, colors }),
    ...shapeLines(health),
  ];
  if (health.state === 'up') return lines;
  const troubles = [
    ...health.shared.map((one) => damageLine('', one, colors)),
    ...damaged.flatMap((one) => nodeDamageLines(one, colors)),
  ];
  const shown = troubles.slice(0, TROUBLES);
  const more = troubles.length - shown.length;
  return [
    ...lines,
    ...(shown.length > 0 ? ['', colors.bold('Not as it was brought up:'), ...shown] : []),
    ...(more > 0 ? [`  and ${more} more: --json has all`] : []),
    '',
    `Mend it: ${again(known)}`,
  ];
}

/** What `shape` has changed. */
function shapeLines({ shapeChanges = {} }: Health): readonly string[] {
  const entries = Object.entries(shapeChanges);
  if (entries.length === 0) return [];
  const width = Math.max(...entries.map(([key]) => key.length));
  return [
    '',
    'Changed by shape:',
    ...entries.map(([key, to]) => `  ${key.padEnd(width)}  ${changeText(to)}`),
  ];
}

const TROUBLES = 40;

function again({ full }: Pick<Known, 'full'>): string {
  return `benito-pipeline up EXPERIMENT -e ${full}`;
}

/** Of an experiment that the host's last boot has cost: what is gone is what was launched, not what was set up. */
function rebootLines({ full }: Pick<Known, 'full'>, { boot, nodes }: Health): readonly string[] {
  const awake = nodes.filter(({ state }) => state !== 'ghost').length;
  const when = boot === undefined ? '' : ` at ${localTime(new Date(boot))}`;
  return [
    `${full} is gone: this host was started anew${when}, and ${awake} of ${awake} nodes went with it`,
    `Bring it back as it was set up: benito-pipeline run launch -e ${full}`,
    `Or from the experiment file:    ${again({ full })}`,
  ];
}

function headline(full: string, { state, nodes }: Health, colors: Colors): string {
  const count = (wanted: string): number => nodes.filter((one) => one.state === wanted).length;
  const parts = (['running', 'stopped', 'dead', 'incomplete', 'ghost'] as const)
    .filter((one) => count(one) > 0)
    .map((one) => `${count(one)} ${one}`);
  const word = state === 'up' ? colors.green('up') : colors.red('partly up');
  return `${colors.bold(full)} is ${word}: ${nodes.length} nodes, ${parts.join(', ')}`;
}

function runLines({ lastRun }: Health): readonly string[] {
  if (!lastRun || lastRun.end === 'done') return [];
  const { command, end, pid } = lastRun;
  if (end === 'running') return [`${command} is at work on it (process ${pid})`];
  const what = end === 'failed' ? 'failed' : 'was cut short';
  return [`The last run (${command}) ${what}: up again resumes, down clears`];
}

function nodeTable(nodes: readonly NodeHealth[], { width, colors }: Look): readonly string[] {
  const withCommands = nodes.some(({ startCommand }) => startCommand);
  const head = ['NODE', 'PLATFORM', 'STATE', ...(withCommands ? ['START COMMAND'] : []), 'ADDRESSES'];
  const many = nodes.length > MANY;
  const shorten = many ? 3 : Infinity;
  const rows = nodes.map(({ node, state, startCommand }): readonly Cell[] => {
    const addresses = node.interfaces.map(({ address, prefix }) => `${address}/${prefix}`);
    if (node.control) addresses.push(`${node.control.address}/${node.control.prefix} (control)`);
    const more = addresses.length - shorten;
    const list =
      more > 0 ? `${addresses.slice(0, shorten).join(', ')} and ${more} more` : addresses.join(', ');
    const asleep = state === 'ghost' || state === 'stopped';
    const paintState = state === 'running' ? colors.green : asleep ? colors.dim : colors.red;
    return [
      node.name,
      node.platform,
      { text: state, paint: paintState },
      ...(withCommands ? [startCommandCell(startCommand, colors)] : []),
      list,
    ];
  });
  return formatTable(head, rows, many ? {} : { width });
}

function startCommandCell(command: StartCommand | undefined, colors: Colors): Cell {
  if (!command) return '';
  const { state, exitStatus } = command;
  if (state === 'ended') {
    return { text: `exit status ${exitStatus}`, paint: exitStatus === 0 ? colors.green : colors.red };
  }
  if (state === 'running') return 'running';
  return { text: state === 'lost' ? 'killed' : 'not run', paint: colors.yellow };
}

/** A dead node is one line, whatever went with it. */
function nodeDamageLines({ node, state, damage }: NodeHealth, colors: Colors): readonly string[] {
  const parts = damage.map(({ effect }) => effect);
  if (state === 'dead') {
    const others = parts.length > 1 ? `, and ${parts.length - 1} of its parts` : '';
    return [`  ${node.name} is ${colors.red('dead')}${others}`];
  }
  return damage.map((one) => damageLine(`${node.name}: `, one, colors));
}

function damageLine(of: string, { what, state, why }: Damage, colors: Colors): string {
  const text = why.length > 0 ? why.join('; ') : 'gone';
  return `  ${of}${what}: ${state === 'gone' ? colors.red('gone') : text}`;
}

function asJson({ experiment, full }: Known, health: Health): unknown {
  const { state, boot, lastRun, nodes, shared, shapeChanges } = health;
  return {
    experiment: full,
    varDir: experiment.varDir,
    state,
    ...(boot !== undefined && { boot }),
    lastRun: lastRun ?? null,
    nodes: nodes.map(({ node, state: nodeState, startCommand, damage }) => ({
      name: node.name,
      platform: node.platform,
      state: nodeState,
      interfaces: node.interfaces,
      control: node.control ?? null,
      startCommand: startCommand ?? null,
      damage,
    })),
    shared,
    shapeChanges: shapeChanges ?? {},
  };
}
