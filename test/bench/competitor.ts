/** Somebody who brings a topology up on this host and takes it down again. */
export interface Competitor {
  readonly name: string;
  /** Before the first run, untimed. */
  prepare?(): Promise<void>;
  /** Until it says that it is done. */
  up(): Promise<void>;
  /** Until all nodes have answered one of them. */
  answer(): Promise<void>;
  /** At what is up, untimed. */
  look?(): Promise<void>;
  /** Until nothing is left. */
  down(): Promise<void>;
  /** After the last run, and after a failure, untimed. */
  clean(): Promise<void>;
}
