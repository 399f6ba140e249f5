/**
 * The end of every `up`: all nodes answer a ping from one of them. The same command in that node's network namespace for
 * all competitors; whoever does not answer within 100 ms is asked again.
 */
export function pingAll(addresses: readonly string[]): readonly string[] {
  return ['fping', '-q', '-i', '0', '-t', '100', '-B', '1', '-r', '100', ...addresses];
}
