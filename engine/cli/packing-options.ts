import type { PackingRequest } from '../model/packing.ts';

/** `--packing` and the options beside it, as commander gives them. */
export interface PackingOptions {
  readonly packing?: number;
  readonly size?: number;
  readonly nodesOnly?: boolean;
  readonly passPack?: Readonly<Record<string, number>>;
  readonly passSize?: Readonly<Record<string, number>>;
  readonly passNodesOnly?: readonly number[];
  readonly forcePartition?: boolean;
}

/** The part of a command's options that is about packing. */
export function packingOptions(options: PackingOptions): PackingOptions {
  const { packing, size, nodesOnly, passPack, passSize, passNodesOnly, forcePartition } = options;
  const all = { packing, size, nodesOnly, passPack, passSize, passNodesOnly, forcePartition };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What stages see of them; undefined where none was given. */
export function packingRequest(options: PackingOptions): PackingRequest | undefined {
  const { forcePartition, ...wishes } = packingOptions(options);
  const request = { ...wishes, ...(forcePartition && { force: true }) };
  return Object.keys(request).length === 0 ? undefined : request;
}

/** The same options again, as one could type them. */
export function typedPacking(options: PackingOptions): readonly string[] {
  const { packing, size, nodesOnly, passPack, passSize, passNodesOnly, forcePartition } = options;
  const passes = (by: Readonly<Record<string, number>>): string =>
    Object.entries(by)
      .map(([pass, number]) => `${pass}:${number}`)
      .join(',');
  return [
    ...(packing === undefined ? [] : [`--packing ${packing}`]),
    ...(size === undefined ? [] : [`--size ${size}`]),
    ...(nodesOnly ? ['--nodes-only'] : []),
    ...(passPack ? [`--pass-pack ${passes(passPack)}`] : []),
    ...(passSize ? [`--pass-size ${passes(passSize)}`] : []),
    ...(passNodesOnly ? [`--pass-nodes-only ${passNodesOnly.join(',')}`] : []),
    ...(forcePartition ? ['--force-partition'] : []),
  ];
}
