import type { XmlrpcSettings } from '../../config/settings.ts';
import type { Claim, Lease } from '../../stage/define.ts';

/** Who owns the addresses of the control net. The same key always gets the same lease until it is released. */
export interface Boss {
  /** The way to a boss elsewhere, for the journal; none for the one on this host. */
  readonly elsewhere?: XmlrpcSettings;
  /** All claims are answered, in their order, or nothing new is given. */
  claim(claims: readonly Claim[]): Promise<readonly Lease[]>;
  /** What `claim` would answer, without giving; what boss cannot say without giving is left out. */
  foretell(claims: readonly Claim[]): Promise<readonly Lease[]>;
  /** Nodes that hold no lease are passed over. */
  release(nodes: readonly string[]): Promise<void>;
  /** The nodes that hold leases. */
  list(): Promise<readonly string[]>;
}
