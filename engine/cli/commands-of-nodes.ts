import { UserError } from '../model/problem.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import { USUAL_EXITS } from './command-row.ts';
import type { CommandRow } from './command-row.ts';

const NODE = ['<NODE>', 'the name of a node of the experiment'] as const;
const PASSED_ON: CommandRow['exits'] & object = [
  ["the command's", 'it ran in the node'],
  ['1', 'it could not be run there; it is said why'],
  ['2', 'the command line is wrong'],
];

/** Commands that look at what is up, and go into it. */
export const nodeCommands: readonly CommandRow[] = [
  {
    name: 'list',
    summary: 'list the experiments on this host',
    examples: [['list', 'name, directory, state']],
    run: async ({ options }, io) => (await import('./commands/list.ts')).list(options, io),
  },
  {
    name: 'status',
    summary: "show an experiment's nodes, what runs, and what died",
    examples: [['status', 'nodes with platform, addresses, state, and how their start commands ended']],
    exits: [
      ['0', 'all is as it should be'],
      ['1', 'something is missing or died; it is said what'],
      USUAL_EXITS[2]!,
    ],
    run: async ({ options }, io) => (await import('./commands/status.ts')).status(options, io),
  },
  {
    name: 'exec',
    summary: 'run a command inside a node',
    arguments: [NODE, ['<COMMAND...>', 'the command and its arguments, as they are; no shell']],
    examples: [
      ['exec n-1 -- ip route', 'its routes'],
      ["exec center -- sh -c 'cat /etc/hosts | wc -l'", 'with a shell, where one is wanted'],
    ],
    exits: PASSED_ON,
    passThrough: true,
    run: async ({ args, options }, io) =>
      (await import('./commands/exec.ts')).exec(args[0] as string, behindNode(args[1]), options, io),
  },
  {
    name: 'shell',
    summary: 'open a terminal inside a node',
    arguments: [NODE],
    examples: [['shell center', 'Ctrl-D leaves']],
    exits: PASSED_ON,
    run: async ({ args, options }, io) =>
      (await import('./commands/shell.ts')).shell(args[0] as string, options, io),
  },
  {
    name: 'console',
    summary: "attach the terminal to a node's console",
    about:
      'The terminal becomes the console of a node that has one, a serial line say: what a node says while it boots, and a way in where its network is broken. For nodes without one there is shell.',
    arguments: [NODE],
    examples: [['console guest', 'what the platform attaches says how to leave']],
    exits: PASSED_ON,
    run: async ({ args, options }, io) =>
      (await import('./commands/console.ts')).attachConsole(args[0] as string, options, io),
  },
  {
    name: 'ssh',
    summary: 'log into a node over the control net',
    about:
      "Runs the host's ssh with the experiment's key. The words of a COMMAND are ssh's: it joins them for the node's shell; exec passes them on one by one.",
    arguments: [NODE, ['[COMMAND...]', "for the node's shell; a login without it"]],
    examples: [
      ['ssh guest', 'a login'],
      ["ssh guest -- 'uname -r; uptime'", 'a command, read by the shell in the node'],
    ],
    exits: PASSED_ON,
    run: async ({ args, options }, io) =>
      (await import('./commands/ssh.ts')).ssh(args[0] as string, args[1] as readonly string[], options, io),
  },
  {
    name: 'logs',
    summary: "show the output of a node's start command",
    arguments: [NODE],
    options: [{ flags: '-f, --follow', text: 'go on until the command has ended' }],
    examples: [['logs n-1 --follow', 'as it comes']],
    run: async ({ args, options }, io) =>
      (await import('./commands/logs.ts')).logs(args[0] as string, options, io),
  },
  {
    name: 'ping',
    summary: 'show which node reaches which interface address',
    about: 'Pings every interface address of TO from FROM; all pairs unless they are named, as a matrix.',
    arguments: [
      ['[FROM]', 'a node; every node unless said'],
      ['[TO]', 'a node or an address; every other node unless said'],
    ],
    options: [
      {
        flags: '--count <N>',
        text: 'packets to each address, where FROM and TO are named (5)',
        takes: 'number',
      },
      { flags: '--timeout <MS>', text: 'milliseconds that an answer may take (1000)', takes: 'number' },
    ],
    examples: [
      ['ping', 'everyone to everyone'],
      ['ping n-1 center', 'one pair'],
    ],
    exits: [['0', 'every address answers'], ['1', 'some do not; it is shown which'], USUAL_EXITS[2]!],
    run: async ({ args, options }, io) =>
      (await import('./commands/ping.ts')).ping(
        args[0] as string | undefined,
        args[1] as string | undefined,
        options,
        io,
      ),
  },
  {
    name: 'routes',
    summary: "set this machine's routes from a config directory",
    about: 'What `launch/routes` does inside every node, for hosts that have this program. Needs root.',
    arguments: [
      ['<CONFIG_DIR>', 'a config directory, such as /var/benito/config'],
      ['[HOSTNAME]', 'whose routes; found out unless said'],
    ],
    examples: [['routes /var/benito/config n-1', 'the routes of n-1']],
    untargeted: true,
    run: async ({ args }, io) =>
      (await import('./commands/routes.ts')).routes(args[0] as string, args[1] as string | undefined, io),
  },
  {
    name: 'doctor',
    summary: 'tell what this host has, lacks, and what will get in the way',
    examples: [['doctor', 'with the command that mends each thing']],
    exits: [['0', 'nothing is in the way'], ['1', 'something is; it is said what mends it'], USUAL_EXITS[2]!],
    untargeted: true,
    run: async (_parsed, io) => (await import('./commands/doctor.ts')).doctor({}, io),
  },
];

/** The words of the node's own command. */
function behindNode(argument: unknown): readonly string[] {
  const words = argument as readonly string[];
  if (words[0]?.startsWith('-') && words[0] !== '--') throw optionsBehind(words[0]);
  return words[0] === '--' ? words.slice(1) : words;
}

function optionsBehind(option: string): UserError {
  return new UserError(
    {
      code: 'option-behind-node',
      message: `'${option}' stands where the command is expected`,
      hint: 'put options before the node, or write -- before the command: NODE -e PROJECT/NAME -- COMMAND',
    },
    { exitCode: EXIT_USAGE },
  );
}
