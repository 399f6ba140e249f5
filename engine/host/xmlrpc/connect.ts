import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';

/** Whom we are, and whom we believe: PEM. */
export interface Credentials {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Certificates of the authorities that vouch for servers; no others are believed. */
  readonly ca: Buffer;
}

/** How long a server of TLS 1.3 has to say, by a session ticket or an alert, what it thinks of our certificate, in ms. */
const VERDICT_MS = 250;

/**
 * A connection that both sides have agreed to: the server's certificate is checked, and ours has not been refused. In
 * TLS 1.3 a client is through with the handshake before the server has seen its certificate: a request that is sent at
 * once may get a reset connection for an answer, and nobody knows whether it was read.
 * @throws Error with a `code`, as node:tls has them.
 */
export function connectTls(url: URL, credentials: Credentials, signal: AbortSignal): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      cert: credentials.certificate,
      key: credentials.key,
      ca: credentials.ca,
      minVersion: 'TLSv1.2',
    });
    let grace: NodeJS.Timeout | undefined;
    const stop = (): void => {
      clearTimeout(grace);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', fail).off('close', onClose).off('secureConnect', onSecure).off('session', onTicket);
    };
    const fail = (error: unknown): void => {
      stop();
      socket.on('error', () => undefined); // of a socket that is given up
      socket.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const done = (): void => {
      stop();
      resolve(socket);
    };
    // What is written while OpenSSL tells of the ticket is lost.
    const onTicket = (): void => void setImmediate(done);
    const onAbort = (): void => fail(signal.reason);
    const onClose = (): void =>
      fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    const onSecure = (): void => {
      if (socket.getProtocol() !== 'TLSv1.3') return done();
      socket.on('session', onTicket);
      grace = setTimeout(done, VERDICT_MS);
    };
    socket.on('error', fail).on('close', onClose).on('secureConnect', onSecure);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}
