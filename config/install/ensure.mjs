// Without dependencies: this is what installs them.
//   node config/install/ensure.mjs [group...]     the groups are in packages.json; without any: runtime
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const table = readJson(join(root, 'config/install/packages.json'));
const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const lists = '/var/lib/apt/lists';
const install = ['-o', 'DPkg::Lock::Timeout=400', 'install', '-y', '--no-install-recommends'];
const update = ['-o', 'DPkg::Lock::Timeout=400', '-o', 'Acquire::Retries=3', 'update'];

/** Something that the user has to mend; its message says how. */
export class InstallError extends Error {}

/**
 * Sees to it that the commands of these groups and the npm packages are there, and says in a line each what it
 * installs. Installs nothing that is there already.
 * @throws InstallError when something is missing and cannot be installed.
 */
export function ensure(groups) {
  checkNode();
  ensureDebian(groups);
  ensureNpm(groups.includes('test'));
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new InstallError(`Node ${process.versions.node} is too old: 20.19 or later is needed`);
  }
}

function ensureDebian(groups) {
  const unknown = groups.find((group) => !(group in table.groups));
  if (unknown) {
    throw new InstallError(`no group ${unknown}; there are ${Object.keys(table.groups).join(', ')}`);
  }
  const missing = missingNeeds(groups);
  if (missing.length === 0) return;

  const packages = [...new Set(missing.map((need) => need.package))];
  const asRoot = `apt-get update && apt-get ${[...install, ...packages].join(' ')}`;
  const commands = [...new Set(missing.map((need) => need.command))].join(', ');
  if (!isExecutable('/usr/bin/apt-get')) {
    throw new InstallError(`missing: ${commands}. There is no apt-get here; on Debian:\n  ${asRoot}`);
  }
  if (process.getuid() !== 0) {
    throw new InstallError(`missing: ${commands}. As root, run\n  ${asRoot}`);
  }
  for (const name of packages) {
    const { group, use } = missing.find((need) => need.package === name);
    say(`Installing the Debian package ${name}: ${use} (${group})`);
  }
  aptInstall(packages, asRoot);

  const still = missingNeeds(groups).map((need) => `${need.command} (of ${need.package})`);
  if (still.length > 0) throw new InstallError(`installed, and yet not found: ${still.join(', ')}`);
}

function missingNeeds(groups) {
  const folders = new Set([...(process.env.PATH ?? '').split(':'), ...systemFolders]);
  const isThere = (command) => [...folders].some((folder) => folder && isExecutable(join(folder, command)));
  return table.needs.filter((need) => groups.includes(need.group) && !isThere(need.command));
}

/** Package lists are fetched when there are none, or when without newer ones the packages cannot be had. */
function aptInstall(packages, asRoot) {
  const haveLists = existsSync(lists) && readdirSync(lists).some((name) => name.includes('_Packages'));
  let result = haveLists ? apt([...install, ...packages]) : { status: 1 };
  for (let attempt = 1; result.status !== 0 && attempt <= 3; attempt++) {
    if (attempt > 1) pause(5_000 * attempt);
    say('Fetching the Debian package lists: apt-get update');
    const updated = apt(update);
    result = apt([...install, ...packages]);
    if (result.status !== 0 && updated.status !== 0) result.output = `${updated.output}\n${result.output}`;
  }
  if (result.status !== 0) {
    throw new InstallError(
      `apt-get cannot install ${packages.join(' ')}:\n${lastLines(result.output)}\n` +
        `Is there a network, and is /etc/apt/sources.list right? Then run\n  ${asRoot}`,
    );
  }
}

function apt(args) {
  return run('apt-get', args, { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' });
}

function ensureNpm(withDev) {
  const fresh = !existsSync(join(root, 'node_modules'));
  const lock = readJson(join(root, 'package-lock.json')).packages;
  const have = fresh ? {} : (readJson(join(root, 'node_modules/.package-lock.json'))?.packages ?? {});
  const outdated = Object.entries(lock).filter(
    ([path, entry]) =>
      path !== '' &&
      !entry.optional &&
      !entry.devOptional &&
      (withDev || !entry.dev) &&
      (have[path]?.version !== entry.version || !existsSync(join(root, path))),
  );
  if (outdated.length === 0) return;

  // Development packages that are there stay there.
  const args = ['ci', '--no-audit', '--no-fund', fresh && !withDev ? '--omit=dev' : '--include=dev'];
  const amount = fresh
    ? `${outdated.length} npm packages`
    : `npm packages anew (${outdated.length} are missing or of another version)`;
  say(`Installing ${amount} into node_modules: npm ${args.join(' ')}`);
  let result;
  for (let attempt = 1; attempt <= 3; attempt++) {
    if (attempt > 1) pause(5_000 * attempt);
    result = run('npm', args, {});
    if (result.status === 0) return;
    if (/EUSAGE|EBADENGINE/.test(result.output)) break; // no network would mend it
  }
  const errors = result.output.split('\n').filter((line) => line.startsWith('npm error'));
  throw new InstallError(
    `npm cannot install the packages:\n${lastLines(errors.slice(0, 12).join('\n') || result.output)}\n` +
      `Is there a network, and is the npm registry within reach? Then run, in ${root},\n  npm ci`,
  );
}

function run(command, args, env) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 15 * 60_000,
  });
  return {
    status: result.status ?? 1,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`,
  };
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function lastLines(text) {
  return text
    .trimEnd()
    .split('\n')
    .slice(-12)
    .map((line) => `  | ${line}`)
    .join('\n');
}

function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** On stderr, so that what a command prints stays its own. */
function say(line) {
  console.error(line);
}

/** Runs `body` as a script's main: what the user has to mend is told without a stack. */
export async function asScript(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    console.error(error instanceof InstallError ? `benito-pipeline: ${error.message}` : error);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const groups = process.argv.slice(2);
  await asScript(() => ensure(groups.length > 0 ? groups : ['runtime']));
}
