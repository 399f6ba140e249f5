import { definePlatform } from 'benito-pipeline';

/** What the platform is, and how the command line gets at its nodes. */
export default definePlatform({
  summary: 'PLATFORM: a process in a network namespace of its own',
  // What is not offered: experiments that need it are refused. Take out of it what you add.
  lacks: ['configDirectory', 'controlNet'],
  verbs: {
    // `exec NODE -- COMMAND` joins these namespaces of this process effect.
    exec: ({ name }) => ({ process: `PLATFORM-${name}`, namespaces: ['net'], hostTools: true }),
    // The effect whose life is the node's: `stop NODE` ends it, `start NODE` makes it again.
    alive: ({ name }) => ({ kind: 'process', name: `PLATFORM-${name}` }),
  },
});
