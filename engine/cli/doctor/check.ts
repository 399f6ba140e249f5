/** What one check found. `failing`: experiments cannot come up. `unknown`: only root could look. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'failing' | 'unknown';
  /** One line. */
  readonly text: string;
  /** The command that mends it. */
  readonly mend?: string;
}

/** A question about this host. Asking changes nothing. */
export interface Check {
  /** One word or two, for the list. */
  readonly name: string;
  look(): Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>;
}

export function ok(text: string): Finding {
  return { level: 'ok', text };
}

export function warning(text: string, mend?: string): Finding {
  return { level: 'warning', text, ...(mend !== undefined && { mend }) };
}

export function failing(text: string, mend?: string): Finding {
  return { level: 'failing', text, ...(mend !== undefined && { mend }) };
}

export function unknown(text: string): Finding {
  return { level: 'unknown', text };
}
