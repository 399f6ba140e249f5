import * as z from 'zod';
import { formatAddress, isHost, parseAddress, parseSubnet } from '../../allocate/ip4.ts';
import { UserError } from '../../model/problem.ts';
import type { Lease } from '../../stage/define.ts';
import type { XmlRpcValue } from '../xmlrpc/value.ts';

/** Which answer it is that is checked, for the error. */
export interface AnswerOf {
  readonly url: string;
  readonly method: string;
}

const leaseSchema = z.object({
  node: z.string().min(1),
  address: z.string().refine((text) => parseAddress(text) !== undefined, 'an IPv4 address is needed'),
  prefix: z.int().min(1).max(32),
  mac: z
    .string()
    .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, 'a MAC such as 06:00:c0:a8:90:02 is needed')
    .refine((text) => (Number.parseInt(text, 16) & 1) === 0, 'a MAC of one station is needed, not of a group')
    .transform((text) => text.toLowerCase()),
});
const nodesSchema = z.array(z.object({ node: z.string().min(1) }));

/**
 * An answer as leases: whole, each address and MAC once, all of them hosts of the control net `network`, which the
 * experiment's own addresses keep out of.
 * @throws UserError naming what is wrong, and where in the answer.
 */
export function checkLeases(
  value: XmlRpcValue,
  of: AnswerOf & { readonly network: string },
): readonly Lease[] {
  const leases = parsed(z.array(leaseSchema), value, of);
  for (const field of ['node', 'address', 'mac'] as const) {
    const seen = new Map<string, Lease>();
    for (const lease of leases) {
      const earlier = seen.get(lease[field]);
      if (earlier) {
        const holders = field === 'node' ? '' : ` (to ${earlier.node} and ${lease.node})`;
        throw nonsense(of, [`${field} ${lease[field]} is there twice${holders}`]);
      }
      seen.set(lease[field], lease);
    }
  }
  const network = parseSubnet(of.network)!;
  const outside = leases.filter(
    ({ address, prefix }) => prefix < network.length || !isHost(network, parseAddress(address)!),
  );
  if (outside.length > 0) throw outsideOf(of, outside);
  // The same quads, as everybody else will write them.
  return leases.map((lease) => ({ ...lease, address: formatAddress(parseAddress(lease.address)!) }));
}

/** The nodes of an answer of leases, whatever else it says of them: to give them back, no more is needed. */
export function checkHolders(value: XmlRpcValue, of: AnswerOf): readonly string[] {
  return parsed(nodesSchema, value, of).map(({ node }) => node);
}

/** @throws UserError unless the answer is about the nodes that were asked for. */
export function checkNodes(
  answered: readonly string[],
  of: AnswerOf & { readonly asked: readonly string[] },
): void {
  const missing = of.asked.filter((node) => !answered.includes(node));
  const extra = answered.filter((node) => !of.asked.includes(node));
  if (missing.length + extra.length === 0) return;
  throw nonsense(of, [
    ...missing.slice(0, TOLD).map((node) => `there is no lease for ${node}`),
    ...extra.slice(0, TOLD).map((node) => `there is a lease for ${node}, which was not asked for`),
  ]);
}

const TOLD = 5;

function parsed<T>(schema: z.ZodType<T>, value: XmlRpcValue, of: AnswerOf): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw nonsense(
    of,
    result.error.issues.slice(0, TOLD).map(({ path, message }) => `${placeOf(path)}${message}`),
  );
}

/** `[3].mac: ` */
function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? '' : `${text}: `;
}

function nonsense({ url, method }: AnswerOf, what: readonly string[]): UserError {
  return new UserError(
    what.map((message) => ({
      code: 'boss-nonsense',
      message: `boss at ${url} answered ${method} with nonsense: ${message}`,
      hint: 'ARCHITECTURE.md says what boss has to answer; this is to be mended there',
    })),
  );
}

function outsideOf(
  { url, network }: AnswerOf & { readonly network: string },
  leases: readonly Lease[],
): UserError {
  const some = leases.slice(0, TOLD).map(({ node, address, prefix }) => `${node} ${address}/${prefix}`);
  return new UserError({
    code: 'lease-outside-pool',
    message: `boss at ${url} gave leases that are not in the control net ${network}: ${some.join(', ')}`,
    hint: 'set control_net.pool to the network that boss gives from: the experiment keeps out of it',
  });
}
