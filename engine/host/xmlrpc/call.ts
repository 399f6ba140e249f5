import { setTimeout as sleep } from 'node:timers/promises';
import { connectTls } from './connect.ts';
import type { Credentials } from './connect.ts';
import { decodeResponse } from './decode.ts';
import type { XmlRpcAnswer } from './decode.ts';
import { encodeCall } from './encode.ts';
import { postXml } from './post.ts';
import type { XmlRpcValue } from './value.ts';

/** A server, and how patient we are with it. */
export interface Endpoint {
  readonly url: URL;
  readonly credentials: Credentials;
  /** For one attempt, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** How often a call is tried again, where that may help: the methods have to be idempotent. */
  readonly retries: number;
  /** Ends attempts and the waiting between them. */
  readonly signal?: AbortSignal | undefined;
}

/** A call that got no answer that could be understood. */
export interface CallFailure {
  /** What stood in the way: the way there, the server's certificate, ours, time, the server, its answer, the user. */
  readonly kind: 'unreachable' | 'untrusted' | 'refused-us' | 'slow' | 'status' | 'nonsense' | 'interrupted';
  readonly detail: string;
  /** The server may have carried the call out, at one of the attempts, or may do so still. */
  readonly maybeDone: boolean;
  readonly attempts: number;
}

export type CallOutcome = Exclude<XmlRpcAnswer, { nonsense: string }> | { readonly failure: CallFailure };

/** Milliseconds before the first retry; each is twice the one before, up to the most. */
const BACKOFF = { first: 250, most: 8_000 };

/** Calls a method, again where an attempt fails in a way that may pass. */
export async function callXmlRpc(
  endpoint: Endpoint,
  method: string,
  params: readonly XmlRpcValue[],
): Promise<CallOutcome> {
  const body = encodeCall(method, params);
  let maybeDone = false;
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await attempt(endpoint, body);
    if (!('kind' in outcome)) return outcome;
    const { kind, detail, mayPass } = outcome;
    maybeDone ||= outcome.maybeDone;
    if (!mayPass || attempts > endpoint.retries) return { failure: { kind, detail, maybeDone, attempts } };
    try {
      const wait = Math.min(BACKOFF.most, BACKOFF.first * 2 ** (attempts - 1));
      await sleep(wait, undefined, { signal: endpoint.signal });
    } catch {
      return { failure: { kind: 'interrupted', detail, maybeDone, attempts } };
    }
  }
}

type Failed = Omit<CallFailure, 'attempts'> & { readonly mayPass: boolean };

async function attempt(
  endpoint: Endpoint,
  body: string,
): Promise<Exclude<CallOutcome, { failure: unknown }> | Failed> {
  const { url, credentials, timeoutMs, signal: interrupt } = endpoint;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = interrupt ? AbortSignal.any([interrupt, timeout]) : timeout;
  let sent = false;
  try {
    const socket = await connectTls(url, credentials, signal);
    sent = true;
    const { status, body: answer } = await postXml(url, socket, body, signal);
    if (status !== 200) return badStatus(status);
    const decoded = decodeResponse(answer);
    if (!('nonsense' in decoded)) return decoded;
    return { kind: 'nonsense', detail: decoded.nonsense, maybeDone: true, mayPass: false };
  } catch (error) {
    if (interrupt?.aborted) return { kind: 'interrupted', detail: '', maybeDone: sent, mayPass: false };
    if (timeout.aborted) {
      const detail = sent ? 'it took the call and did not answer' : 'no connection came about';
      return { kind: 'slow', detail, maybeDone: sent, mayPass: true };
    }
    return { ...whyNot(error as NodeJS.ErrnoException), maybeDone: sent };
  }
}

/** A server that says no has done nothing; one that broke may have. */
function badStatus(status: number): Failed {
  const broken = status >= 500;
  return { kind: 'status', detail: `HTTP status ${status}`, maybeDone: broken, mayPass: broken };
}

const UNTRUSTED =
  /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;
const REFUSED_US =
  /ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_CERT|ACCESS_DENIED|HANDSHAKE_FAILURE)|ALERT_.*CERT/;

function whyNot({ code = '', message }: NodeJS.ErrnoException): Pick<Failed, 'kind' | 'detail' | 'mayPass'> {
  if (UNTRUSTED.test(code)) return { kind: 'untrusted', detail: message, mayPass: false };
  if (REFUSED_US.test(code)) return { kind: 'refused-us', detail: alertOf(code), mayPass: false };
  if (/^ERR_(SSL|OSSL|TLS)/.test(code))
    return { kind: 'unreachable', detail: `TLS: ${alertOf(code)}`, mayPass: false };
  if (code === 'E2BIG' || code.startsWith('HPE_'))
    return { kind: 'nonsense', detail: message, mayPass: false };
  return { kind: 'unreachable', detail: message || code, mayPass: true };
}

/** `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` -> `unknown ca`. */
function alertOf(code: string): string {
  return code
    .replace(/^ERR_(SSL|OSSL|TLS)_(.*ALERT_)?/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}
