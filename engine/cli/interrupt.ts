import type { Emit } from '../run/events.ts';

/** Ctrl-C once: nothing new is started. Twice: the program ends at once; the journal knows what was begun. */
export function interruptible(emit: Emit): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    emit({ type: 'interrupted' });
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop(): void {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
