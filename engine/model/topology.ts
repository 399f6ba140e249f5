/**
 * The experiment as TopDL describes it: computers, substrates, interfaces, attributes.
 * Readonly values without I/O; everything here is JSON.
 *
 * Source: DETER's topdl.xsd and topdl.py (see ARCHITECTURE.md, "TopDL").
 */

/** A document: `<experiment>` (files) or `<topology>` (the library's default root). */
export interface Topology {
  readonly root: 'experiment' | 'topology';
  /** `1.0` (fedd, Containers) or `2.0` (SPI: regions, fragments, namemaps); other versions are refused. What has regions is 2.0. */
  readonly version: '1.0' | '2.0';
  readonly substrates: readonly Substrate[];
  readonly elements: readonly Element[];
  /** Version 2.0 only; empty after expansion. */
  readonly fragments: readonly Fragment[];
  /** Version 2.0 only; kept as written. */
  readonly namemaps: readonly RawXml[];
  readonly attributes: readonly Attribute[];
  /** Child elements that TopDL does not define, kept as written. */
  readonly unknown: readonly RawXml[];
}

/** A name and a value, both strings. Names may repeat: the first one wins (see `attribute()`). */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** A network: what interfaces are attached to. */
export interface Substrate {
  readonly name: string;
  readonly capacity?: Capacity;
  readonly latency?: Latency;
  readonly attributes: readonly Attribute[];
  /** `localname`, `status`, `service`, `operation`, in this order, then whatever else stood there. */
  readonly rest: readonly RawXml[];
}

/** Rate in kb/s. */
export interface Capacity {
  readonly rate: number;
  /** `max`, `average` or `peak`. */
  readonly kind: string;
}

/** Time in ms. */
export interface Latency {
  readonly time: number;
  readonly kind: string;
}

/** A contact point of one element with one substrate (or several, in version 1.0). */
export interface Interface {
  /** Unique within its element. */
  readonly name: string;
  readonly substrates: readonly string[];
  readonly capacity?: Capacity;
  readonly latency?: Latency;
  readonly attributes: readonly Attribute[];
  readonly rest: readonly RawXml[];
}

export type Element = Computer | Region | OtherElement;

/** A node of the experiment. */
export interface Computer {
  readonly type: 'computer';
  readonly name: string;
  readonly interfaces: readonly Interface[];
  readonly attributes: readonly Attribute[];
  /** `cpu`, `os`, `software`, `storage`, `localname`, `status`, `service`, `operation`, in this order, then others. */
  readonly rest: readonly RawXml[];
}

/** A place where a fragment is to be put (version 2.0); gone after expansion. */
export interface Region {
  readonly type: 'region';
  readonly name: string;
  readonly interfaces: readonly Interface[];
  readonly attributes: readonly Attribute[];
  readonly level?: string;
  readonly fragname: string;
  readonly rest: readonly RawXml[];
}

/** `testbed`, `segment`, `other` and element types that nobody knows: kept, never realised. */
export interface OtherElement {
  readonly type: 'other';
  /** The XML tag, such as `testbed`. */
  readonly tag: string;
  readonly name?: string;
  readonly interfaces: readonly Interface[];
  readonly attributes: readonly Attribute[];
  readonly rest: readonly RawXml[];
}

/** What a region stands for (version 2.0). */
export interface Fragment {
  readonly name: string;
  readonly substrates: readonly Substrate[];
  readonly elements: readonly Element[];
  /** `inner` is an element inside the fragment, `outer` an interface of the region. */
  readonly ifmaps: readonly { readonly inner: string; readonly outer: string }[];
  readonly attributes: readonly Attribute[];
  readonly rest: readonly RawXml[];
}

/**
 * An XML subtree that is carried along unread. Text and children exclude each other in TopDL; where a subtree mixes
 * them, its text stands between the children as items with the tag `#text`.
 */
export interface RawXml {
  readonly tag: string;
  /** XML attributes, if any. */
  readonly xmlAttributes?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly children?: readonly RawXml[];
}
