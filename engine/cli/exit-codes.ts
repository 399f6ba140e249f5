/** The program's own exit codes; `exec`, `shell` and the like pass on those of the command inside the node. */
export const EXIT_USAGE = 2;
/** sysexits.h: an internal software error. */
export const EXIT_FAULT = 70;
/** 128 and SIGINT, as shells have it. */
export const EXIT_INTERRUPTED = 130;
