import type { Figure } from '../figures.ts';

/** What every subject of the bench is given. */
export interface BenchContext {
  /** How often each competitor runs. */
  readonly rounds: number;
  /** A directory that is removed at the end. Short, as socket paths are below it. */
  readonly folder: string;
  /** Unique to this bench on this host: for names of experiments, namespaces and cgroups. */
  readonly prefix: string;
  /** How many guests the LANs of guests have. */
  readonly guests: readonly number[];
  /** Progress, for a person. */
  tell(line: string): void;
}

export type Subject = (context: BenchContext) => Promise<readonly Figure[]>;
