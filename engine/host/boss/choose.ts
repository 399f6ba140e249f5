import { loadSettings } from '../../config/settings.ts';
import type { Settings, XmlrpcSettings } from '../../config/settings.ts';
import type { JournalState } from '../../journal/journal.ts';
import type { Boss } from './boss.ts';
import { embeddedBoss } from './embedded.ts';

export interface BossOptions {
  /** Ends calls that are waited for. */
  readonly signal?: AbortSignal;
}

/**
 * The boss that the settings name, for one experiment (PROJECT/NAME).
 * @throws UserError where the files that the settings name are of no use.
 */
export async function bossOfSettings(
  experiment: string,
  { boss, pool, xmlrpc }: Settings['control_net'],
  options: BossOptions = {},
): Promise<Boss> {
  if (boss === 'embedded') return embeddedBoss(experiment, pool);
  // Complete, or the settings would have been refused.
  return elsewhere(experiment, xmlrpc as XmlrpcSettings, { ...options, network: pool });
}

/**
 * The boss that gave what the journal holds, to list and take back only: the settings may have changed since. The
 * same boss is spoken to as they say now, for certificates are renewed.
 */
export async function bossOfJournal(
  experiment: string,
  journal: Pick<JournalState, 'lessor'>,
  options: BossOptions = {},
): Promise<Boss> {
  const then = journal.lessor;
  if (then === undefined) return embeddedBoss(experiment);
  const now = xmlrpcNow();
  return elsewhere(experiment, now?.url === then.url ? now : then, options);
}

function xmlrpcNow(): XmlrpcSettings | undefined {
  try {
    const { boss, xmlrpc } = loadSettings().control_net;
    return boss === 'xmlrpc' ? (xmlrpc as XmlrpcSettings) : undefined;
  } catch {
    return undefined; // wrong settings must not keep anybody from taking down
  }
}

/** Loaded where it is needed only: most sites have no use for it. */
async function elsewhere(
  experiment: string,
  settings: XmlrpcSettings,
  options: BossOptions & { readonly network?: string },
): Promise<Boss> {
  const { xmlrpcBoss } = await import('./over-xmlrpc.ts');
  return xmlrpcBoss(experiment, settings, options);
}
