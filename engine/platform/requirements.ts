import type { Problem } from '../model/problem.ts';

/**
 * What a platform needs of the host, as data: a program in PATH, or, where it says `probe`, what that command finds out.
 * Looked at before anything is planned for nodes of the platform, and by `doctor`.
 */
export interface Requirement {
  /** The program; or, with `probe`, what is needed, in a word or two. Unique within the platform. */
  readonly name: string;
  /** What the platform needs it for. */
  readonly use: string;
  /**
   * A command that changes nothing and takes some 10 ms: status 0 where the host has what is needed, else the last line
   * that it prints is the reason. Not run where a program of the same platform is missing.
   */
  readonly probe?: readonly string[];
  /** The Debian package that has it. */
  readonly package?: string;
  /** What to do where it is missing, if that is not to install the package. */
  readonly mend?: string;
}

/** A requirement that the host does not meet. */
export interface Lack extends Requirement {
  /** What the probe printed. */
  readonly reason?: string;
}

/** What is said of a lack to nobody in particular. */
export function lackText({ name, use, probe, reason }: Lack): string {
  if (!probe) return `${name} is missing (${use})`;
  return reason === undefined ? `${name}: not on this host (${use})` : `${name}: ${reason}`;
}

/** What mends it, where that is known. */
export function lackMend({ mend, package: debianPackage }: Lack): string | undefined {
  return mend ?? (debianPackage === undefined ? undefined : `apt-get install ${debianPackage}`);
}

/** The error that these nodes cannot be realised for. */
export function lackProblem(platform: string, nodes: readonly string[], lack: Lack): Problem {
  const some = nodes.slice(0, 5).join(', ') + (nodes.length > 5 ? `, and ${nodes.length - 5} more` : '');
  const { name, use, probe, reason } = lack;
  const why = reason === undefined ? '' : `: ${reason}`;
  const message = probe
    ? `the platform ${platform} does not work on this host, and is what ${some} asked for: ${name}${why}`
    : `this host has no ${name}, which the platform ${platform} needs (${use}): ${some}`;
  const hint = lackMend(lack);
  return { code: 'requirement-missing', message, ...(hint !== undefined && { hint }) };
}
