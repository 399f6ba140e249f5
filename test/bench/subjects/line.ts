import { line } from '../topologies.ts';
import type { Subject } from './subject.ts';
import { benchTopology } from './topology.ts';

const SIZE = 60;

/** A row of routers, each with its routes to all links, against a bare script. */
export const lineSubject: Subject = (context) =>
  benchTopology(`line of ${SIZE} routers`, line(SIZE), context, []);
