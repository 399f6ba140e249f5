import type { Session } from '../host/session.ts';
import type { StopContext } from '../run/stop.ts';

/** How a session runs the commands that ask nodes to stop. */
export function runOf(session: Session): StopContext['run'] {
  return async (argv, timeoutMs) => {
    const [result] = await session.run([{ argv }], { timeoutMs });
    const { status, stderr } = result!;
    return status === 0 ? undefined : stderr.trim() || `status ${status}`;
  };
}
