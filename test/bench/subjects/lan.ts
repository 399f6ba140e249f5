import { mininet } from '../competitors/mininet.ts';
import { lan } from '../topologies.ts';
import type { Subject } from './subject.ts';
import { benchTopology } from './topology.ts';

const SIZE = 100;

/** A LAN of process nodes, against Mininet and a bare script. */
export const lanSubject: Subject = (context) =>
  benchTopology(`LAN of ${SIZE}`, lan(SIZE), context, [mininet(SIZE)]);
