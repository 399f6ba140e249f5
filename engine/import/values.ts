import type { Capacity, Latency } from '../model/topology.ts';
import { fibreDelay } from './distance.ts';
import type { GraphEdge, ImportedGraph } from './graph.ts';

/** What is to stand where the file says nothing. */
export interface Defaults {
  /** ms, one way */
  readonly delay?: number;
  /** kb/s */
  readonly rate?: number;
}

/** How many edges have their value from where. */
export interface Origins {
  /** A value of its own in the file. */
  readonly file: number;
  /** A rate in the words of a label. */
  readonly label: number;
  /** A delay by the distance of the ends. */
  readonly distance: number;
  readonly option: number;
  readonly none: number;
}

/** Capacity and latency of an edge, as TopDL has them. */
export interface Quality {
  readonly capacity?: Capacity;
  readonly latency?: Latency;
}

/** What each edge gets; `origins` counts those that `of` was asked about. */
export interface Values {
  of(edge: GraphEdge): Quality;
  origins(): { readonly rates: Origins; readonly delays: Origins };
}

/** Values of a graph's edges: the file's own, else of the distance between their ends, else the default. */
export function valuesOf({ nodes }: ImportedGraph, defaults: Defaults): Values {
  const positions = new Map(nodes.map(({ id, at }) => [id, at]));
  const rates = { file: 0, label: 0, distance: 0, option: 0, none: 0 };
  const delays = { ...rates };
  const delayOf = ({ source, target, delay }: GraphEdge): [number | undefined, keyof Origins] => {
    if (delay !== undefined) return [delay, 'file'];
    const [from, to] = [positions.get(source), positions.get(target)];
    if (from && to) return [fibreDelay(from, to), 'distance'];
    return [defaults.delay, defaults.delay === undefined ? 'none' : 'option'];
  };
  return {
    of(edge) {
      const rate = edge.rate ?? defaults.rate;
      const [time, origin] = delayOf(edge);
      delays[origin] += 1;
      rates[edge.rateFrom ?? (rate === undefined ? 'none' : 'option')] += 1;
      return {
        ...(rate === undefined ? {} : { capacity: { rate, kind: 'max' } }),
        ...(time === undefined ? {} : { latency: { time, kind: 'max' } }),
      };
    },
    origins: () => ({ rates: { ...rates }, delays: { ...delays } }),
  };
}
