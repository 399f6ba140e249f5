import { RUN_EXITS, USUAL_EXITS } from './command-row.ts';
import type { CommandRow, OptionRow, Parsed } from './command-row.ts';
import type { StartOptions } from './commands/start.ts';

const NODES = ['[NODE...]', 'names of nodes of the experiment'] as const;
const ALL: OptionRow = { flags: '--all', text: 'every node but ghosts, instead of names' };
const STAGES: OptionRow = {
  flags: '--stages <DIR>',
  text: 'the folders of stages that the experiment was brought up with; may be repeated',
  takes: 'list',
};

/** Commands that end and begin the lives of single nodes of an experiment that is up. */
export const lifeCommands: readonly CommandRow[] = [
  {
    name: 'stop',
    summary: 'stop nodes, and leave all else of them in place',
    about:
      'Asks each node to stop by itself, where its platform knows how, and ends it; its interfaces, disks and logs stay. It stays stopped until `start` or `up`. Needs root.',
    arguments: [NODES],
    options: [ALL],
    examples: [
      ['stop n-1 n-2', 'these two'],
      ['stop --all -e demo/star', 'all of that experiment, for a reboot of the host, say'],
    ],
    exits: RUN_EXITS,
    run: async ({ args, options }, io) =>
      (await import('./commands/stop.ts')).stop(args[0] as readonly string[], options, io),
  },
  {
    name: 'start',
    summary: 'start nodes that were stopped, or died',
    about:
      'Makes what is missing of these nodes, from the config directory alone, and what they hang on; the others are not touched. Start commands run again, since it is a new life. Needs root.',
    arguments: [NODES],
    options: [ALL, STAGES],
    examples: [['start n-1', 'that one, again']],
    exits: RUN_EXITS,
    run: async ({ args, options }, io) =>
      (await import('./commands/start.ts')).start(args[0] as readonly string[], startOptions(options), io),
  },
  {
    name: 'restart',
    summary: 'stop nodes and start them again',
    about:
      'As `stop` and then `start`, with nobody in between; nothing is stopped that could not be started. Needs root.',
    arguments: [NODES],
    options: [ALL, STAGES],
    examples: [['restart n-1', 'its start command runs again']],
    exits: RUN_EXITS,
    run: async ({ args, options }, io) =>
      (await import('./commands/start.ts')).restart(args[0] as readonly string[], startOptions(options), io),
  },
  {
    name: 'shape',
    summary: 'change a running link, or show what it does',
    about:
      "Changes delay, loss or rate of a network, as if its substrate had them, or of one node's leg, as if its interface had; takes it down and up. Holds at once, through `up` too, until --reset or `down`. Without a change it shows the link. Needs root.",
    arguments: [['<LINK>', 'SUBSTRATE, or NODE:SUBSTRATE']],
    options: [
      {
        flags: '--delay <TIME>',
        text: 'of a link: one way, end to end; of a LAN, and of a leg: between node and network',
      },
      { flags: '--jitter <TIME>', text: 'the delay varies by as much' },
      { flags: '--rate <RATE>', text: '10mbit, 64kb/s; always bits per second, in each direction' },
      { flags: '--loss <PART>', text: '1% or 0.01 of all frames' },
      { flags: '--duplicate <PART>', text: 'of all frames, which come twice' },
      { flags: '--down', text: 'nothing passes' },
      { flags: '--up', text: 'takes --down back' },
      { flags: '--reset', text: 'back to what the experiment says' },
      STAGES,
    ],
    examples: [
      ['shape link0 --delay 20ms --loss 1%', 'a round trip over it takes 40 ms'],
      ['shape n-1:lan0 --down', 'pulls the plug of n-1 there'],
      ['shape link0', 'what it does'],
    ],
    exits: RUN_EXITS,
    run: async ({ args, options }, io) =>
      (await import('./commands/shape.ts')).shape(args[0] as string, { stages: [], ...options }, io),
  },
  {
    name: 'wait',
    summary: 'wait until nodes run',
    about:
      'Returns as soon as these nodes run, complete with interfaces, routes and start commands, while `up` or another run brings them there; all nodes but ghosts unless they are named. Waits as long as somebody is at work, and some seconds for somebody to begin. Needs root.',
    arguments: [NODES],
    options: [{ flags: '--timeout <S>', text: 'seconds after which it is an error', takes: 'number' }],
    examples: [
      ['wait', 'for all of the only experiment'],
      ['wait n-1 --timeout 60', 'for one, a minute at most'],
    ],
    exits: [
      ['0', 'they run'],
      ['1', 'one failed, the time was up, or nobody brings them up; it is said which and why'],
      USUAL_EXITS[2]!,
    ],
    run: async ({ args, options }, io) =>
      (await import('./commands/wait.ts')).wait(args[0] as readonly string[], options, io),
  },
];

/** What may be repeated is there, if empty. */
function startOptions(options: Parsed['options']): StartOptions {
  return { stages: [], ...options };
}
