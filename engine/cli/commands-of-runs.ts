import { RUN_EXITS } from './command-row.ts';
import type { CommandRow, OptionRow, Parsed } from './command-row.ts';
import type { PlanOptions } from './plan-options.ts';

const EXPERIMENT = 'a TopDL file; named PROJECT/NAME after it unless -e says otherwise';
const STAR = 'config/experiments/star.xml';

const PLAN_OPTIONS: readonly OptionRow[] = [
  {
    flags: '--as <TYPE=PLATFORM>',
    text: 'realise nodes of TYPE by PLATFORM; may be repeated',
    takes: 'pairs',
  },
  { flags: '--default-platform <PLATFORM>', text: 'the platform of nodes that name none' },
  {
    flags: '--end-node-shaping',
    text: 'nodes that can shape what they send themselves, for the whole way',
  },
  { flags: '--vde-switch-shaping', text: 'all links are shaped beside the switches' },
  {
    flags: '--stages <DIR>',
    text: 'more stages, in DIR/setup and DIR/launch: new names add, the same name replaces, an empty file masks; may be repeated',
    takes: 'list',
  },
];
const PACKING_OPTIONS: readonly OptionRow[] = [
  {
    flags: '--packing <NODES>',
    text: 'how many nodes may share a pnode; 10 unless the site says otherwise',
    takes: 'count',
  },
  {
    flags: '--size <PNODES>',
    text: 'how many pnodes each pass has; --packing and --pass-pack do not count then',
    takes: 'count',
  },
  {
    flags: '--nodes-only',
    text: 'equal numbers of nodes on all pnodes, whatever the links between them',
  },
  {
    flags: '--pass-pack <PASS:NODES,...>',
    text: 'as --packing, of one pass; may be repeated',
    takes: 'passes',
  },
  {
    flags: '--pass-size <PASS:PNODES,...>',
    text: 'as --size, of one pass; may be repeated',
    takes: 'passes',
  },
  {
    flags: '--pass-nodes-only <PASS,...>',
    text: 'as --nodes-only, of one pass; may be repeated',
    takes: 'pass-list',
  },
  {
    flags: '--force-partition',
    text: 'make partitions anew, whatever the experiment or an earlier run says of them',
  },
];
const PNODE: OptionRow = {
  flags: '--pnode <PNODE>',
  text: "which pnode of the experiment this machine is: pnode-0001, or as the site calls it; unless said, by this machine's hostname",
};
const FULL: OptionRow = { flags: '--full', text: 'show long files, lines and lists to their end' };

/** Commands that make plans, carry them out, and undo them. */
export const runCommands: readonly CommandRow[] = [
  {
    name: 'up',
    summary: 'bring an experiment up: setup, then launch',
    about:
      'Brings this host to what the experiment asks for, and does only what is missing: on an experiment that is up it mends what broke and carries over what changed in the file. Needs root.',
    arguments: [['<EXPERIMENT>', EXPERIMENT]],
    options: [...PLAN_OPTIONS, PNODE, ...PACKING_OPTIONS],
    examples: [
      [`up ${STAR}`, 'the star of ten nodes'],
      ['up tree.xml --as embedded_pnode=process', "nodes of the type 'embedded_pnode' become process nodes"],
    ],
    exits: RUN_EXITS,
    run: async ({ args, options }, io) =>
      (await import('./commands/up.ts')).up(args[0] as string, planOptions(options), io),
  },
  {
    name: 'run',
    summary: 'run one phase, or some of its stages',
    about:
      'Runs setup, which decides everything and writes the config directory, or launch, which stands on the config directory alone. Stage names are those of `benito-pipeline stages`, with or without the phase. Needs root, but for --dry-run.',
    arguments: [
      ['<PHASE>', 'setup or launch'],
      ['[EXPERIMENT]', `for setup: ${EXPERIMENT}`],
    ],
    options: [
      {
        flags: '--dry-run',
        text: 'show what would be done, and of single stages the facts they give; touch nothing',
      },
      { flags: '--stage <NAME>', text: 'only this stage; those before it are planned, not applied' },
      { flags: '--from <NAME>', text: 'from this stage on' },
      { flags: '--to <NAME>', text: 'up to and with this stage' },
      ...PLAN_OPTIONS,
      PNODE,
      ...PACKING_OPTIONS,
      FULL,
    ],
    examples: [
      [`run setup ${STAR}`, 'write the config directory'],
      ['run launch', 'start what the config directory describes'],
      [`run setup ${STAR} --stage 12_routes --dry-run`, 'what the routes stage would give'],
    ],
    exits: RUN_EXITS,
    run: async ({ args, options }, io) =>
      (await import('./commands/run.ts')).run(
        args[0] as string,
        args[1] as string | undefined,
        planOptions(options),
        io,
      ),
  },
  {
    name: 'plan',
    summary: 'show exactly what `up` would do; touch nothing',
    about:
      'Shows every effect of every stage, with the contents of files as diffs against what is on disk. As root the host is looked at too: + make, ~ change, ± replace, - unmake, = as it should be; without root only files are, and ? is what could not be seen.',
    arguments: [['<EXPERIMENT>', EXPERIMENT]],
    options: [
      { flags: '--out <FILE>', text: 'also write the plan to FILE, for `apply`' },
      { flags: '--facts', text: 'show the facts that each stage gives, too' },
      FULL,
      ...PLAN_OPTIONS,
      PNODE,
      ...PACKING_OPTIONS,
    ],
    examples: [
      [`plan ${STAR}`, 'read it'],
      [`plan ${STAR} --out star.plan`, 'keep it, to carry out exactly this'],
    ],
    run: async ({ args, options }, io) =>
      (await import('./commands/plan.ts')).plan(args[0] as string, planOptions(options), io),
  },
  {
    name: 'apply',
    summary: 'carry out a plan that was written by `plan --out`, and no other',
    about:
      'Refuses, with the reasons, when the experiment file, settings, stage files, engine version, leases or the state of what the plan touches are not as they were when it was made. Needs root.',
    arguments: [['<FILE>', 'what `plan --out FILE` wrote']],
    examples: [['apply star.plan', 'do exactly that']],
    exits: RUN_EXITS,
    run: async ({ args, options }, io) =>
      (await import('./commands/apply.ts')).apply(args[0] as string, options, io),
  },
  {
    name: 'down',
    summary: 'take an experiment down, and prove that nothing is left',
    about:
      'Undoes what the journal says was done; needs no experiment file. The config directory, the logs and the journal stay for reading. Nothing to take down is a success. Needs root.',
    options: [
      { flags: '--purge', text: 'remove config directory, logs and journal too' },
      {
        flags: '--abandon-leases',
        text: 'do not give leases back to an XML-RPC boss: for one that is gone for good',
      },
    ],
    examples: [
      ['down', 'the only experiment on this host'],
      ['down -e local/star --purge', 'that one, with everything it wrote'],
    ],
    exits: RUN_EXITS,
    run: async ({ options }, io) => (await import('./commands/down.ts')).down(options, io),
  },
  {
    name: 'check',
    summary: 'find all that can be known wrong before a host is touched',
    about:
      'Reads the experiment, plans it, and follows packets over the computed routes from every node to every address (of large experiments, a sample). All mistakes are told together. Needs no root.',
    arguments: [['<EXPERIMENT>', EXPERIMENT]],
    options: [...PLAN_OPTIONS, ...PACKING_OPTIONS],
    examples: [[`check ${STAR}`, 'is it in order?']],
    run: async ({ args, options }, io) =>
      (await import('./commands/check.ts')).check(args[0] as string, planOptions(options), io),
  },
  {
    name: 'import',
    summary: "turn other people's topologies into TopDL",
    about:
      'Reads GraphML, as the Internet Topology Zoo publishes and draws it, or an annotated Rocketfuel map, and writes the experiment that it is: a substrate for each link, a LAN for each hyperedge, with the capacities that the file has, and its delays, or those of light in a fibre between coordinates. What had to be renamed, merged, left apart or left out is told, on stderr where the experiment goes to stdout. Needs no root.',
    arguments: [['<FILE>', 'GraphML or an annotated Rocketfuel map; the content decides which']],
    options: [
      { flags: '--out <FILE>', text: 'write the experiment to FILE, instead of stdout' },
      {
        flags: '--delay <TIME>',
        text: 'of links whose delay the file does not tell, one way: 5ms, 500us, 0.1s',
      },
      {
        flags: '--rate <RATE>',
        text: 'of links whose capacity the file does not tell: 100mbit, 1gbit, 64kb/s; always bits per second',
      },
      { flags: '--platform <PLATFORM>', text: 'the platform of every node; the default one unless said' },
    ],
    examples: [
      ['import Abvt.graphml --delay 5ms --rate 100mbit > abvt.xml', 'every link alike'],
      ['import 1221.r0-conv-annotated.txt --out telstra.xml', 'with the delays and capacities of the file'],
    ],
    untargeted: true,
    run: async ({ args, options }, io) =>
      (await import('./commands/import.ts')).importFile(args[0] as string, options, io),
  },
  {
    name: 'stages',
    summary: 'list the stages: order, file, what they need and provide',
    about: 'Lists what would run, in which order; with an EXPERIMENT only what it comes to. Needs no root.',
    arguments: [['[EXPERIMENT]', `${EXPERIMENT}; all platforms without it`]],
    options: [...PLAN_OPTIONS, ...PACKING_OPTIONS],
    examples: [
      ['stages', 'every stage of every platform'],
      [`stages ${STAR} --stages ./mine`, 'what the star comes to, with stages of your own'],
    ],
    run: async ({ args, options }, io) =>
      (await import('./commands/stages.ts')).stages(args[0] as string | undefined, planOptions(options), io),
  },
  {
    name: 'conformance',
    summary: 'prove that a platform does what every platform must',
    about:
      "Runs a platform's stages against hosts that are thrown away, and says rule by rule whether it holds, what was done and what was seen; what does not hold is told with what its author is to do. Nothing of this host is touched but the cache of guest images. Needs root.",
    arguments: [['<PLATFORM>', 'its name, as `setup/NAME/_platform.ts or .yaml` has it']],
    options: [
      {
        flags: '--stages <DIR>',
        text: 'more stages, in DIR/setup and DIR/launch; may be repeated',
        takes: 'list',
      },
      { flags: '--rule <NAME>', text: 'only this rule; may be repeated', takes: 'list' },
      {
        flags: '--kills <N>',
        text: 'how often `up` is killed: a number, or `all` for each record of the journal; as 20 s allow unless said',
      },
      {
        flags: '--seconds <S>',
        text: 'how long bringing up three nodes may take; 300 unless said',
        takes: 'number',
      },
    ],
    examples: [
      ['conformance process', 'the platform of process nodes, as shipped'],
      ['conformance mine --stages ./mine --rule ports', 'whether interfaces of yours are in their ports'],
    ],
    exits: [
      ['0', 'every rule holds, but those about what the platform says that it lacks'],
      ['1', 'a rule does not hold, or could not be asked'],
      ['2', 'the command line is wrong'],
    ],
    untargeted: true,
    run: async ({ args, options }, io) =>
      (await import('./commands/conformance.ts')).conformance(
        args[0] as string,
        { stages: [], ...options },
        io,
      ),
  },
];

/** What may be repeated is there, if empty. */
function planOptions(options: Parsed['options']): PlanOptions {
  return { as: {}, stages: [], ...options };
}
