import { openSession } from '../../host/session.ts';
import type { NodeRecord } from '../../plan/plan.ts';
import { stopNodes } from '../../run/stop.ts';
import { EXIT_INTERRUPTED } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { openKnown } from '../known.ts';
import type { Known } from '../known.ts';
import { namedNodes } from '../named-nodes.ts';
import type { NodesOptions } from '../named-nodes.ts';
import { runOf } from '../run-of.ts';

/** `stop NODE...`: they stay stopped, with their interfaces and disks, until `start` or `up`. */
export async function stop(names: readonly string[], options: NodesOptions, io: Io): Promise<number> {
  const seen = openKnown(options, 'stop');
  const { experiment, full } = seen;
  namedNodes(seen, names, options);
  const started = performance.now();
  const words = options.all ? '--all' : names.join(' ');
  io.emit({
    type: 'run-started',
    command: 'stop',
    experiment: full,
    varDir: experiment.varDir,
    resume: `benito-pipeline stop ${words} -e ${full}`,
    clear: `benito-pipeline down -e ${full}`,
  });
  const session = await openSession(experiment, `stop ${words}`, { register: false });
  const interrupt = interruptible(io.emit);
  let ok = false;
  try {
    const { journal, kinds } = session;
    // Another run may have ended in between.
    const known: Known = { ...seen, journal };
    const nodes: readonly NodeRecord[] = namedNodes(known, names, options);
    const execution = await stopNodes(nodes, {
      journal,
      kinds,
      emit: io.emit,
      signal: interrupt.signal,
      run: runOf(session),
    });
    ok = execution.failed.length === 0 && !execution.interrupted;
    io.emit({
      type: 'run-ended',
      ok,
      seconds: (performance.now() - started) / 1000,
      done: execution.done.length,
      failed: execution.failed.length,
      blocked: execution.blocked.length,
      ...(execution.interrupted && { interrupted: true }),
    });
    if (execution.interrupted) return EXIT_INTERRUPTED;
    return ok ? 0 : 1;
  } finally {
    interrupt.stop();
    await session.close(ok);
  }
}
