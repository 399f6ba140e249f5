import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An interface's settings below /proc/sys/net, in this process's network namespace: `ipv4/rp_filter`, `ipv6/disable_ipv6`. */
export function readSetting(device: string, key: string): string | undefined {
  const path = pathOf(device, key);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** Sets it; where the kernel has no such setting (no IPv6, say) there is nothing to do. */
export function writeSetting(device: string, key: string, value: string): void {
  const path = pathOf(device, key);
  if (existsSync(path)) writeFileSync(path, value);
}

/** Lets one interface behave over IPv4 as another does. */
export function copySettings(from: string, to: string): void {
  for (const name of readdirSync(join('/proc/sys/net/ipv4/conf', from))) {
    if (name === 'mc_forwarding') continue; // the kernel's to set
    const value = readSetting(from, `ipv4/${name}`);
    if (value !== undefined && value !== readSetting(to, `ipv4/${name}`))
      writeSetting(to, `ipv4/${name}`, value);
  }
}

function pathOf(device: string, key: string): string {
  const [family = '', name = ''] = key.split('/');
  return join('/proc/sys/net', family, 'conf', device, name);
}
