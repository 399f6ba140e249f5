/** Longest name of a node: two of them, and more, have to fit into the path of a socket (108 bytes). */
const NODE_LENGTH = 32;
/** IFNAMSIZ less the zero byte. */
const INTERFACE_LENGTH = 15;
/** Of either node in a link's name. */
const PART_LENGTH = 24;
/** Names that mean something else to a resolver. */
const TAKEN = ['localhost'];

/** Letters that are not a base letter with a mark to it. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ı: 'i',
};

/** Gives out names that differ from each other in more than case, for hosts of DNS names do not tell it apart. */
export interface Namer {
  /** The wished name, or if that is gone the same with a number behind it, from 2 on; never longer than the limit. */
  give(wish: string): string;
  has(name: string): boolean;
}

/** A namer of names of at most `length` characters; `dash` comes before numbers. */
export function namer(length: number, taken: readonly string[] = [], dash = '-'): Namer {
  const given = new Set(taken.map((name) => name.toLowerCase()));
  const counts = new Map<string, number>();
  const has = (name: string): boolean => given.has(name.toLowerCase());
  return {
    has,
    give(wish) {
      const base = cut(wish, length);
      let name = base;
      let count = counts.get(base.toLowerCase()) ?? 1;
      while (has(name)) {
        count += 1;
        const suffix = `${dash}${count}`;
        name = cut(base, length - suffix.length) + suffix;
      }
      counts.set(base.toLowerCase(), count);
      given.add(name.toLowerCase());
      return name;
    },
  };
}

/** A namer of nodes. */
export function nodeNamer(): Namer {
  return namer(NODE_LENGTH, TAKEN);
}

/** A namer of substrates: `a--b`, `a--b--2`. */
export function substrateNamer(): Namer {
  return namer(2 * PART_LENGTH + 8, [], '--');
}

/** A namer of one node's interfaces, called after what they lead to. */
export function interfaceNamer(): Namer {
  const names = namer(INTERFACE_LENGTH);
  return { ...names, give: (peer) => names.give(`to-${peer}`) };
}

/** The name of the link between two nodes. */
export function linkName(one: string, other: string): string {
  return `${cut(one, PART_LENGTH)}--${cut(other, PART_LENGTH)}`;
}

/**
 * A text as a TopDL name: letters without their marks, anything else as one `-`. What a resolver would take for a
 * number gets an `n` before it. Empty if nothing is left.
 */
export function plainName(text: string): string {
  const plain = [...text.normalize('NFKD')]
    .map((character) => LETTERS[character] ?? character)
    .join('')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^A-Za-z0-9_]+/g, '-');
  const name = cut(plain.replace(/^-/, ''), NODE_LENGTH);
  return /^(?:\d+|0x[0-9a-f]*)$/i.test(name) ? `n${name}` : name;
}

/** At most that long, and without a `-` at the end. */
function cut(name: string, length: number): string {
  return name.slice(0, length).replace(/-+$/, '');
}
