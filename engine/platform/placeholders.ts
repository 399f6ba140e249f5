import type { ExperimentFact } from '../model/experiment.ts';
import type { VNode } from '../model/vnode.ts';
import { sshCommand, sshKeyPath, sshLogin } from './ssh.ts';

type Values = Readonly<Record<string, (node: VNode, experiment: ExperimentFact) => string>>;
type Words = Readonly<Record<string, (node: VNode, experiment: ExperimentFact) => readonly string[]>>;

/** What `{NAME}` stands for within a text. */
const TEXTS: Values = {
  node: ({ name }) => name,
  project: (_node, { project }) => project,
  experiment: (_node, { name }) => name,
  varDir: (_node, { varDir }) => varDir,
  stateDir: (_node, { stateDir }) => stateDir,
  configDir: (_node, { configDir }) => configDir,
  logDir: (_node, { logDir }) => logDir,
  control: ({ control }) => control!.address,
  sshKey: (_node, experiment) => sshKeyPath(experiment),
};

/** What a word that is `{NAME}` and no more stands for: several words. */
const WORDS: Words = {
  ssh: ({ control }, experiment) => sshLogin(experiment, control!.address),
  sshCommand: ({ control }, experiment) => sshCommand(experiment, control!.address),
};

const OF_CONTROL_NET = ['control', 'ssh', 'sshCommand'];
const PLACEHOLDER = /\{([A-Za-z]+)\}/g;

/** The names of placeholders, for lists. */
export const placeholders: readonly string[] = [...Object.keys(TEXTS), ...Object.keys(WORDS)];

interface Wrong {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string;
}

/** Placeholders of verbs that stand for nothing, or for nothing on a platform without control net. */
export function wrongPlaceholders(
  value: unknown,
  controlNet: boolean,
  path: readonly (string | number)[] = [],
): readonly Wrong[] {
  if (Array.isArray(value))
    return value.flatMap((one, index) => wrongPlaceholders(one, controlNet, [...path, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, one]) => wrongPlaceholders(one, controlNet, [...path, key]));
  }
  if (typeof value !== 'string') return [];
  return [...value.matchAll(PLACEHOLDER)].flatMap(([text, name]): readonly Wrong[] => {
    if (name! in WORDS && value !== text) {
      return [{ path, message: `${text} stands for several words`, hint: `make it a word of its own` }];
    }
    if (!placeholders.includes(name!)) {
      return [
        {
          path,
          message: `${text} stands for nothing`,
          hint: `there are: ${placeholders.map((one) => `{${one}}`).join(', ')}`,
        },
      ];
    }
    if (OF_CONTROL_NET.includes(name!) && !controlNet) {
      return [
        { path, message: `${text} needs an address on the control net`, hint: 'declare controlNet: true' },
      ];
    }
    return [];
  });
}

/** A value with all its placeholders filled in. */
export function filled(value: unknown, node: VNode, experiment: ExperimentFact): unknown {
  if (Array.isArray(value)) {
    return (value as readonly unknown[]).flatMap((one): readonly unknown[] => {
      const name = typeof one === 'string' ? /^\{([A-Za-z]+)\}$/.exec(one)?.[1] : undefined;
      const words = name === undefined ? undefined : WORDS[name];
      return words ? words(node, experiment) : [filled(one, node, experiment)];
    });
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, filled(one, node, experiment)]),
    );
  }
  if (typeof value !== 'string') return value;
  return value.replace(PLACEHOLDER, (_text, name: string) => TEXTS[name]!(node, experiment));
}
