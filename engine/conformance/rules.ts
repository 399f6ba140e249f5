import type { Rule } from './rule.ts';
import { addresses } from './rules/addresses.ts';
import { comesUp } from './rules/comes-up.ts';
import { configDirectory } from './rules/config-directory.ts';
import { controlNet } from './rules/control-net.ts';
import { declaredOnly } from './rules/declared-only.ts';
import { ghosts } from './rules/ghosts.ts';
import { hostFiles } from './rules/host-files.ts';
import { kill } from './rules/kill.ts';
import { lacks } from './rules/lacks.ts';
import { nothingTwice } from './rules/nothing-twice.ts';
import { oneNode } from './rules/one-node.ts';
import { ping } from './rules/ping.ts';
import { ports } from './rules/ports.ts';
import { purePlans } from './rules/pure-plans.ts';
import { ready } from './rules/ready.ts';
import { routes } from './rules/routes.ts';
import { shaping } from './rules/shaping.ts';
import { shownIsDone } from './rules/shown-is-done.ts';
import { startCommand } from './rules/start-command.ts';
import { timeLimits } from './rules/time-limits.ts';
import { undo } from './rules/undo.ts';
import { undoDeclared } from './rules/undo-declared.ts';

/** Every rule, in the order in which they are asked: those before `undo` share one `up`. */
export const rules: readonly Rule[] = [
  purePlans,
  undoDeclared,
  timeLimits,
  comesUp,
  ready,
  declaredOnly,
  shownIsDone,
  nothingTwice,
  ports,
  addresses,
  routes,
  ping,
  configDirectory,
  startCommand,
  controlNet,
  hostFiles,
  ghosts,
  oneNode,
  lacks,
  undo,
  shaping,
  kill,
];
