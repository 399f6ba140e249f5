import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What makes a guest itself: the files that go into its root, as a tar. Made at each start, as some of it is secret.
 * @param {{
 *   hostname: string, configDir: string, routesScript: string, publicKeys: string[],
 *   files: Record<string, string>
 * }} identity `files`: further ones, by path in the guest.
 * @returns {Buffer}
 */
export function identityTar({ hostname, configDir, routesScript, publicKeys, files }) {
  const keys = publicKeys.map((path) => readFileSync(path, 'utf8')).join('');
  return tarOf([
    ...Object.entries(files).map(([path, content]) => ({ path: path.slice(1), content })),
    { path: 'etc/hostname', content: `${hostname}\n` },
    { path: 'etc/hosts', content: readFileSync(join(configDir, 'hosts')) },
    { path: 'etc/benito/seed', content: randomBytes(64), mode: 0o600 },
    { path: 'etc/benito/host_key', content: hostKey(), mode: 0o600 },
    { path: 'root/.ssh/authorized_keys', content: keys, mode: 0o600 },
    ...configFiles(configDir, hostname),
    { path: 'var/benito/launch/routes', content: readFileSync(routesScript), mode: 0o755 },
  ]);
}

/** An Ed25519 key as dropbear keeps it: its type, then both halves, each with its length before it. */
function hostKey() {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const halves = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]);
  return Buffer.concat([Buffer.from('ssh-ed25519'), halves].flatMap((data) => [lengthOf(data), data]));
}

function lengthOf(data) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return length;
}

/** The config directory, without what is about other nodes alone. */
function configFiles(configDir, hostname) {
  const skipped = (path) =>
    path === 'config.tgz' ||
    path.startsWith('platform/') ||
    (path.startsWith('route/') && path !== `route/${hostname}`);
  return readdirSync(configDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(configDir.length + 1))
    .filter((path) => !skipped(path))
    .sort()
    .map((path) => ({ path: `var/benito/config/${path}`, content: readFileSync(join(configDir, path)) }));
}

/** A POSIX ustar archive; parents are left to who unpacks it. */
function tarOf(members) {
  const blocks = members.flatMap(({ path, content, mode = 0o644 }) => {
    const data = Buffer.from(content);
    return [headerOf(path, data.length, mode), data, Buffer.alloc(-data.length & 511)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function headerOf(path, size, mode) {
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long a name for a tar`);
  const header = Buffer.alloc(512);
  const octal = (value, at, length) => header.write(value.toString(8).padStart(length - 1, '0'), at);
  header.write(path, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(Date.now() / 1000), 136, 12);
  header.write('        0', 148);
  header.write('ustar\0' + '00', 257);
  header.write(
    header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0') + '\0 ',
    148,
  );
  return header;
}
