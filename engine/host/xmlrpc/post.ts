import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** An answer that came whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** More than the leases of a hundred thousand nodes. */
const LONGEST = 64 << 20;

/**
 * Posts XML over a connection of its own, which is closed then; redirects are not followed.
 * @throws Error with a `code` where no whole answer comes, or the signal's reason.
 */
export function postXml(url: URL, socket: TLSSocket, body: string, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const headers = {
      'Content-Type': 'text/xml; charset=utf-8',
      'Content-Length': bytes.length,
      'User-Agent': 'benito-pipeline',
      Connection: 'close',
    };
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort);
    const call = request(url, { method: 'POST', headers, createConnection: () => socket });
    call.on('error', fail);
    call.on('response', (answer) => {
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length > LONGEST) fail(Object.assign(new Error('the answer is too long'), { code: 'E2BIG' }));
      });
      answer.on('error', fail);
      answer.on('end', () => {
        signal.removeEventListener('abort', onAbort);
        socket.destroy();
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') });
      });
    });
    call.end(bytes);
  });
}
