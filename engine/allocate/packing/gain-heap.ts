/** Vertices by gain, the greatest first; of equal gains the one that came or changed last. */
export interface GainHeap {
  readonly heap: Int32Array;
  /** Where a vertex is in `heap`; -1 where it is not. */
  readonly place: Int32Array;
  readonly gains: Float64Array;
  readonly stamps: Int32Array;
  size: number;
  clock: number;
}

/** A heap for vertices below `count`. */
export function gainHeap(count: number): GainHeap {
  return {
    heap: new Int32Array(count),
    place: new Int32Array(count).fill(-1),
    gains: new Float64Array(count),
    stamps: new Int32Array(count),
    size: 0,
    clock: 0,
  };
}

/** Puts a vertex in, or gives it another gain. */
export function setGain(heap: GainHeap, vertex: number, gain: number): void {
  heap.gains[vertex] = gain;
  heap.stamps[vertex] = heap.clock++;
  if (heap.place[vertex]! < 0) {
    heap.heap[heap.size] = vertex;
    heap.place[vertex] = heap.size++;
  }
  up(heap, heap.place[vertex]!);
  down(heap, heap.place[vertex]!);
}

/** Takes a vertex out, if it is in. */
export function removeVertex(heap: GainHeap, vertex: number): void {
  const at = heap.place[vertex]!;
  if (at < 0) return;
  heap.place[vertex] = -1;
  heap.size -= 1;
  if (at === heap.size) return;
  heap.heap[at] = heap.heap[heap.size]!;
  heap.place[heap.heap[at]] = at;
  up(heap, at);
  down(heap, heap.place[heap.heap[at]]!);
}

/** Takes all out. */
export function clearHeap(heap: GainHeap): void {
  for (let at = 0; at < heap.size; at += 1) heap.place[heap.heap[at]!] = -1;
  heap.size = 0;
}

function isBefore({ gains, stamps }: GainHeap, a: number, b: number): boolean {
  return gains[a]! > gains[b]! || (gains[a]! === gains[b]! && stamps[a]! > stamps[b]!);
}

function up(all: GainHeap, start: number): void {
  const { heap, place } = all;
  const vertex = heap[start]!;
  let at = start;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(all, vertex, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    place[heap[at]!] = at;
    at = parent;
  }
  heap[at] = vertex;
  place[vertex] = at;
}

function down(all: GainHeap, start: number): void {
  const { heap, place, size } = all;
  const vertex = heap[start]!;
  let at = start;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && isBefore(all, heap[child + 1]!, heap[child]!)) child += 1;
    if (!isBefore(all, heap[child]!, vertex)) break;
    heap[at] = heap[child]!;
    place[heap[at]!] = at;
    at = child;
  }
  heap[at] = vertex;
  place[vertex] = at;
}
