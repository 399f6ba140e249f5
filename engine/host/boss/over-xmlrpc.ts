import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { XmlrpcSettings } from '../../config/settings.ts';
import { UserError } from '../../model/problem.ts';
import { nothingGiven } from '../../run/claims.ts';
import { callXmlRpc } from '../xmlrpc/call.ts';
import type { Credentials } from '../xmlrpc/connect.ts';
import type { XmlRpcValue } from '../xmlrpc/value.ts';
import type { Boss } from './boss.ts';
import { checkHolders, checkLeases, checkNodes } from './check-answer.ts';
import { FAULT, tellFailure, tellFault } from './tell.ts';

export interface XmlrpcBossOptions {
  /** The control net: what is given must lie in it. Needed to claim and foretell. */
  readonly network?: string;
  readonly signal?: AbortSignal;
}

/**
 * A testbed's boss, spoken to by XML-RPC over HTTPS with a client certificate; ARCHITECTURE.md has the protocol.
 * @throws UserError where certificates or key cannot be read or do not fit; its methods where boss does not answer,
 * says no, or answers nonsense.
 */
export function xmlrpcBoss(experiment: string, settings: XmlrpcSettings, options: XmlrpcBossOptions): Boss {
  const credentials = readCredentials(settings);
  const { url } = settings;
  // Who did not answer after all retries is not waited for as long again by the same run.
  let gaveUp = false;
  const call = async (method: string, ...params: XmlRpcValue[]): Promise<Called> => {
    const outcome = await callXmlRpc(
      {
        url: new URL(url),
        credentials,
        timeoutMs: settings.timeout_seconds * 1000,
        retries: gaveUp ? 0 : settings.retries,
        signal: options.signal,
      },
      method,
      params,
    );
    if ('value' in outcome) return outcome;
    if ('fault' in outcome && outcome.fault.code === FAULT.unknown) return { unknown: true, ...outcome };
    if ('fault' in outcome) throw nothingGiven(tellFault(url, method, outcome.fault));
    gaveUp = true;
    const error = tellFailure(settings, method, outcome.failure);
    throw outcome.failure.maybeDone ? error : nothingGiven(error);
  };
  const leases = (value: XmlRpcValue, method: string) =>
    checkLeases(value, { url, method, network: options.network! });

  return {
    elsewhere: settings,

    async claim(claims) {
      const nodes = claims.map(({ node }) => node);
      const method = 'benito.claim';
      const called = await call(method, experiment, nodes, stamp());
      if ('unknown' in called) throw nothingGiven(tellFault(url, method, called.fault));
      const given = new Map(leases(called.value, method).map((lease) => [lease.node, lease]));
      checkNodes([...given.keys()], { asked: nodes, url, method });
      return nodes.map((node) => given.get(node)!);
    },

    async foretell(claims) {
      const called = await call('benito.list', experiment);
      if ('unknown' in called) return [];
      const held = new Map(leases(called.value, 'benito.list').map((lease) => [lease.node, lease]));
      return claims.flatMap(({ node }) => held.get(node) ?? []);
    },

    /** Who does not know the experiment any more has taken its leases back. */
    async release(nodes) {
      await call('benito.release', experiment, nodes, stamp());
    },

    async list() {
      const called = await call('benito.list', experiment);
      return 'unknown' in called ? [] : checkHolders(called.value, { url, method: 'benito.list' });
    },
  };
}

type Called =
  | { readonly value: XmlRpcValue }
  | { readonly unknown: true; readonly fault: { readonly code: number; readonly message: string } };

let lastStamp = 0;

/**
 * Orders the calls of an experiment: by it, boss tells a call that was under way for too long, and that another has
 * overtaken, from a new one. Runs of an experiment follow one another, so a clock will do.
 */
function stamp(): string {
  lastStamp = Math.max(Date.now(), lastStamp + 1);
  return new Date(lastStamp).toISOString();
}

function readCredentials(settings: XmlrpcSettings): Credentials {
  const read = (name: 'certificate' | 'key' | 'ca'): Buffer => {
    try {
      return readFileSync(settings[name]);
    } catch (error) {
      throw unusable(name, settings[name], (error as Error).message, error);
    }
  };
  const credentials = { certificate: read('certificate'), key: read('key'), ca: read('ca') };
  const { certificate: cert, key, ca } = credentials;
  const attempts = [
    ['ca', { ca }],
    ['certificate', { cert }],
    ['key', { key }],
    ['key', { cert, key }],
  ] as const;
  for (const [name, context] of attempts) {
    try {
      createSecureContext(context);
    } catch (error) {
      throw unusable(name, settings[name], (error as Error).message, error);
    }
  }
  return credentials;
}

function unusable(name: string, file: string, why: string, cause: unknown): UserError {
  return new UserError(
    {
      code: 'boss-credentials',
      message: `setting control_net.xmlrpc.${name}: ${file} is of no use: ${why}`,
      hint: 'boss is spoken to with a certificate and its key, and the certificate of who vouches for boss, in PEM',
    },
    { cause },
  );
}
