/** What a live line needs of a terminal. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line at the foot of a terminal that is written over and over, and gone when the work is. */
export interface LiveLine {
  /** Shows this text, at the next tick at the latest. */
  show(text: () => string): void;
  /** Takes the line away for what is to be printed in its place. */
  erase(): void;
  stop(): void;
}

const PERIOD_MS = 100;
const ERASE = '\r\u001B[2K';

/** A live line on a terminal; it ticks by itself, and does not keep the program alive. */
export function liveLine(terminal: Terminal): LiveLine {
  let text: (() => string) | undefined;
  let shown = false;
  const draw = (): void => {
    if (!text) return;
    const width = Math.max(20, (terminal.columns ?? 80) - 1);
    terminal.write(ERASE + text().slice(0, width));
    shown = true;
  };
  const timer = setInterval(draw, PERIOD_MS);
  timer.unref();
  const erase = (): void => {
    if (shown) terminal.write(ERASE);
    shown = false;
  };
  return {
    show(next) {
      if (!text) {
        text = next;
        draw();
      }
      text = next;
    },
    erase,
    stop() {
      clearInterval(timer);
      text = undefined;
      erase();
    },
  };
}

/** A live line that is never seen: for pipes. */
export const noLiveLine: LiveLine = { show: () => undefined, erase: () => undefined, stop: () => undefined };
