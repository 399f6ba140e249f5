import type { CommandRow } from './command-row.ts';

/** Commands for those who write stages. */
export const authorCommands: readonly CommandRow[] = [
  {
    name: 'new',
    summary: 'begin a platform of your own, with stages that work',
    about:
      'Writes a minimal set of stages into a folder for --stages: nodes are processes with TAPs on their switch ports. They bring nodes up as they stand; make of them what your platform is. Nothing is overwritten.',
    arguments: [
      ['<platform>', 'the word platform'],
      ['<NAME>', 'its name, as containers:node_type will have it'],
    ],
    options: [
      { flags: '--lang <LANG>', text: 'ts (the default), sh or python' },
      {
        flags: '--stages <DIR>',
        text: 'the folder that gets the files, ./stages unless said',
        takes: 'list',
      },
    ],
    examples: [
      ['new platform box', 'in TypeScript, with completion in editors'],
      ['new platform box --lang sh --stages /etc/benito', 'as a shell script, where stages are always found'],
    ],
    untargeted: true,
    run: async ({ args: [what, name], options }, io) =>
      (await import('./commands/new-platform.ts')).newPlatform(what as string, name as string, options, io),
  },
];
