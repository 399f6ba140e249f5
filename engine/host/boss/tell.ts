import type { XmlrpcSettings } from '../../config/settings.ts';
import { UserError } from '../../model/problem.ts';
import type { CallFailure } from '../xmlrpc/call.ts';

/** The fault codes of the protocol; ARCHITECTURE.md says when boss gives which. */
export const FAULT = { refused: 101, exhausted: 102, unknown: 103, late: 104 } as const;

const FAULTS: Readonly<
  Record<number, { readonly code: string; readonly what: string; readonly hint: string }>
> = {
  [FAULT.refused]: {
    code: 'boss-refused',
    what: 'refuses',
    hint: 'ask those who run boss; the certificate that it knows us by is control_net.xmlrpc.certificate',
  },
  [FAULT.exhausted]: {
    code: 'pool-exhausted',
    what: 'has no address left',
    hint: 'take down an experiment that is not needed, or have boss given more addresses',
  },
  [FAULT.unknown]: {
    code: 'boss-unknown',
    what: 'does not know the experiment',
    hint: 'name it as boss does, with -e PROJECT/NAME, or have it made known to boss',
  },
  [FAULT.late]: {
    code: 'boss-late',
    what: 'has answered a later call for the experiment',
    hint: "if this host's clock was set back, set it right; else try again",
  },
};

/** Boss said no. */
export function tellFault(
  url: string,
  method: string,
  { code, message }: { readonly code: number; readonly message: string },
): UserError {
  const known = FAULTS[code];
  return new UserError({
    code: known?.code ?? 'boss-fault',
    message: `boss at ${url} ${known?.what ?? 'failed'}: ${message} (${method}, fault ${code})`,
    hint: known?.hint ?? 'the fault is of boss itself: ask those who run it',
  });
}

/** Boss was not heard, or not understood. */
export function tellFailure(settings: XmlrpcSettings, method: string, failure: CallFailure): UserError {
  const { kind, detail, attempts } = failure;
  const { what, hint, code } = explained(settings, failure);
  const tried = attempts > 1 ? `, ${attempts} times` : '';
  return new UserError(
    {
      code,
      message: `boss at ${settings.url} ${what}${detail === '' ? '' : `: ${detail}`} (${method}${tried})`,
      hint,
    },
    kind === 'interrupted' ? { exitCode: INTERRUPTED } : {},
  );
}

/** As a shell has it for SIGINT. */
const INTERRUPTED = 130;

function explained(
  { ca, certificate, timeout_seconds: seconds }: XmlrpcSettings,
  { kind, maybeDone }: CallFailure,
): { readonly code: string; readonly what: string; readonly hint: string } {
  switch (kind) {
    case 'untrusted':
      return {
        code: 'boss-untrusted',
        what: 'shows a certificate that is not to be believed',
        hint: `${ca} (control_net.xmlrpc.ca) has to vouch for it, and for the name in control_net.xmlrpc.url`,
      };
    case 'refused-us':
      return {
        code: 'boss-refuses-certificate',
        what: `does not accept our certificate ${certificate}`,
        hint: 'control_net.xmlrpc.certificate has to be one that boss knows, and not expired',
      };
    case 'slow':
      return {
        code: 'boss-slow',
        what: `did not answer within ${seconds} s`,
        hint: 'try again; control_net.xmlrpc.timeout_seconds and .retries say how patient we are',
      };
    case 'status':
      return {
        code: 'boss-status',
        what: 'serves no XML-RPC',
        hint: 'control_net.xmlrpc.url has to be that of the XML-RPC service, with its path',
      };
    case 'nonsense':
      return {
        code: 'boss-nonsense',
        what: 'answered something that is no XML-RPC',
        hint: 'is control_net.xmlrpc.url that of the XML-RPC service?',
      };
    case 'interrupted':
      return { code: 'interrupted', what: 'was not waited for', hint: 'the same command goes on from here' };
    case 'unreachable':
      return {
        code: 'boss-unreachable',
        what: 'does not answer',
        hint: maybeDone
          ? `try again; some servers close a connection without a word where they do not know ${certificate}`
          : 'see whether it runs, and whether control_net.xmlrpc.url is right',
      };
  }
}
