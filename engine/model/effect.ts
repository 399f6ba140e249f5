/**
 * One change to a host, as data. Its identity is kind and name, stable from run to run; what it
 * should look like is its spec; how it hangs together with others is in its edges.
 */
export interface Effect<Spec = unknown> {
  readonly kind: string;
  /** Unique within its kind, over all experiments on a host. */
  readonly name: string;
  readonly spec: Spec;
  readonly edges: Edges;
  /** The vnode that this effect realises a part of. */
  readonly node?: string;
  /** `nonfatal`: a failure is reported and the rest goes on (the node's failureaction). */
  readonly failure?: 'fatal' | 'nonfatal';
  /** `user`: `down` keeps it, `down --purge` removes it. `history`: a one-shot, never undone. */
  readonly keep?: 'user' | 'history';
  /** How many places it occupies while it is made; a host has as many as CPU cores. Without it: made at once, with others. */
  readonly weight?: number;
  /** Several experiments may ask for it; the last one to go unmakes it. */
  readonly shared?: boolean;
}

/** Edges to other effects, by identity. All of them also order the work. */
export interface Edges {
  /** Made after these. */
  readonly after: readonly string[];
  /** Contained in these: unmaking or losing one of them takes this effect along, without further work. */
  readonly within: readonly string[];
  /** Useless once one of these has been remade, though it may linger: it is unmade and made again. */
  readonly diesWith: readonly string[];
}

/** `kind name`: how an effect is referred to in edges, journals and messages. */
export type EffectId = string;

export function effectId(effect: { readonly kind: string; readonly name: string }): EffectId {
  return `${effect.kind} ${effect.name}`;
}
