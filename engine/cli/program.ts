import { Command, InvalidArgumentError, Option } from 'commander';
import { USUAL_EXITS } from './command-row.ts';
import type { CommandRow, OptionRow, Parsed } from './command-row.ts';
import { authorCommands } from './commands-of-authors.ts';
import { lifeCommands } from './commands-of-lives.ts';
import { nodeCommands } from './commands-of-nodes.ts';
import { runCommands } from './commands-of-runs.ts';

const NAME = 'benito-pipeline';
const LOOKING = 'Looking and going inside:';
const TARGET: readonly OptionRow[] = [
  { flags: '-e, --experiment <PROJECT/NAME>', text: 'which experiment' },
  { flags: '--var <DIR>', text: "the experiment's directory, instead of /var/benito" },
];
const JSON_ROW: OptionRow = {
  flags: '--json',
  text: 'answer in JSON: events as lines for runs, one value else',
};

const ALL_EXITS: CommandRow['exits'] & object = [
  ...USUAL_EXITS,
  ['70', 'a fault of this program'],
  ['130', 'interrupted by Ctrl-C'],
  ['other', 'exec, shell, ssh and console: what the command in the node ended with'],
];

/** What the program is written to with: one text at a time. */
export interface ProgramOutput {
  out(text: string): void;
  err(text: string): void;
}

/**
 * The command line as commander knows it. Parsing throws a CommanderError where it ends without a command.
 * @param act is called with the command that was named, and what came with it.
 */
export function program(
  version: string,
  output: ProgramOutput,
  act: (row: CommandRow, parsed: Parsed) => Promise<void>,
): Command {
  const top = new Command(NAME)
    .description('Turns a TopDL experiment into running, wired virtual nodes.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => command.name() })
    .addHelpText('after', `\nHelp for a command: ${NAME} COMMAND --help\n\nExit codes:\n${table(ALL_EXITS)}`);
  configure(top, output);
  addGroup(top, 'From experiment to nodes and back:', runCommands, output, act);
  addGroup(top, LOOKING, nodeCommands, output, act);
  addGroup(top, 'Single nodes:', lifeCommands, output, act);
  addGroup(top, 'Platforms of your own:', authorCommands, output, act);
  top.addHelpCommand(
    new Command('help').argument('[COMMAND]').description('show help for a command').helpGroup(LOOKING),
  );
  return top;
}

function addGroup(
  top: Command,
  heading: string,
  rows: readonly CommandRow[],
  output: ProgramOutput,
  act: (row: CommandRow, parsed: Parsed) => Promise<void>,
): void {
  for (const row of rows) top.addCommand(commandOf(row, output, act).helpGroup(heading));
}

function commandOf(
  row: CommandRow,
  output: ProgramOutput,
  act: (row: CommandRow, parsed: Parsed) => Promise<void>,
): Command {
  const command = new Command(row.name)
    .summary(row.summary)
    .description(row.about ?? `${capital(row.summary)}.`);
  for (const [spec, text] of row.arguments ?? []) command.argument(spec, text);
  for (const option of row.options ?? []) command.addOption(optionOf(option));
  for (const option of TARGET) command.addOption(optionOf(option).hideHelp(row.untargeted ?? false));
  command.addOption(optionOf(JSON_ROW)).helpOption('-h, --help', 'show this help');
  if (row.passThrough) command.passThroughOptions();
  command.addHelpText(
    'after',
    `\nExamples:\n${table(row.examples.map(([line, text]) => [`${NAME} ${line}`, text]))}`,
  );
  command.addHelpText('after', `\nExit codes:\n${table(row.exits ?? USUAL_EXITS)}`);
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, row.arguments?.length ?? 0);
    await act(row, { args, options: given[args.length] as Parsed['options'] });
  });
  configure(command, output);
  return command;
}

function configure(command: Command, { out, err }: ProgramOutput): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: out,
    writeErr: err,
    // In pipes too: what help says does not depend on where it goes.
    getOutHelpWidth: () => 100,
    getErrHelpWidth: () => 100,
    outputError: (text, write) => write(text.replace(/^error: /, `${NAME}: `)),
  });
  const path = command.name() === NAME ? NAME : `${NAME} ${command.name()}`;
  command.showHelpAfterError(`  hint: ${path} --help shows what it takes`);
}

function optionOf({ flags, text, takes }: OptionRow): Option {
  const option = new Option(flags, text);
  if (takes === 'list') option.argParser((value, list: readonly string[] = []) => [...list, value]);
  if (takes === 'pairs') option.argParser(addPair);
  if (takes === 'number') option.argParser(parseNumber);
  return option;
}

function addPair(
  text: string,
  pairs: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw new InvalidArgumentError('It is written TYPE=PLATFORM.');
  return { ...pairs, [key]: value };
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0)) throw new InvalidArgumentError('A number is needed.');
  return number;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
