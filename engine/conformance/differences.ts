/** Where two JSON values differ first, and how. */
export interface Difference {
  /** `spec.argv[3]`; empty for the value itself. */
  readonly path: string;
  readonly one: string;
  readonly other: string;
}

/** The first difference of two JSON values, in the order of the first; undefined where they are the same to the byte. */
export function firstDifference(one: unknown, other: unknown, path = ''): Difference | undefined {
  if (Array.isArray(one) && Array.isArray(other)) {
    for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
      const found = firstDifference(one[index], other[index], `${path}[${index}]`);
      if (found) return found;
    }
    return undefined;
  }
  if (isObject(one) && isObject(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    for (const key of keys) {
      const found = firstDifference(one[key], other[key], path === '' ? key : `${path}.${key}`);
      if (found) return found;
    }
    if (Object.keys(one).join() === Object.keys(other).join()) return undefined;
    return {
      path: `${path} (the order of its keys)`,
      one: Object.keys(one).join(', '),
      other: Object.keys(other).join(', '),
    };
  }
  return one === other ? undefined : { path, one: shown(one), other: shown(other) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
