import { expect, test } from '@jest/globals';
import type { PlatformDefinition } from '../../engine/platform/define.ts';
import { registerPlatforms } from '../../engine/platform/registry.ts';

const register = (definition: Partial<PlatformDefinition>): (() => unknown) => {
  const platform = {
    name: 'mine',
    file: '/x/setup/mine/_platform.ts',
    definition: { summary: '', ...definition },
  };
  return () => registerPlatforms([platform]);
};

test('a platform may lack what it does not offer', () => {
  expect(register({ lacks: ['controlNet', 'exec', 'startCommands'] })).not.toThrow();
});

test.each<[string, Partial<PlatformDefinition>, string]>([
  [
    'a word that means nothing',
    { lacks: ['shoes' as never] },
    "lacks 'shoes', which is nothing that a platform offers",
  ],
  [
    'the control net',
    { controlNet: true, lacks: ['controlNet'] },
    'lacks controlNet, and offers it: controlNet: true',
  ],
  [
    'host files',
    { hostFiles: '9p', lacks: ['hostFiles'] },
    "lacks hostFiles, and offers it: hostFiles: '9p'",
  ],
  ['exec', { verbs: { exec: () => ({}) }, lacks: ['exec'] }, 'lacks exec, and offers it: verbs.exec'],
  [
    'stop',
    { verbs: { alive: () => ({ kind: 'process', name: 'x' }) }, lacks: ['stop'] },
    'lacks stop, and offers it: verbs.alive',
  ],
])('what it says wrongly is told: %s', (_, definition, message) => {
  expect(register(definition)).toThrow(message);
});
