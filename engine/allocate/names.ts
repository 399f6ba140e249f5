import { createHash } from 'node:crypto';

/** What the kernel takes for an interface's name, without its closing NUL. */
const INTERFACE_NAME_BYTES = 15;

/** An interface name of 15 bytes for what has a longer name: the prefix, and hexadecimal digits of a hash of the parts. */
export function interfaceName(prefix: string, ...parts: readonly string[]): string {
  const digits = createHash('sha256').update(parts.join('\n')).digest('hex');
  return prefix + digits.slice(0, INTERFACE_NAME_BYTES - prefix.length);
}
