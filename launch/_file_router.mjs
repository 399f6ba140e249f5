/**
 * The 9P server of a pnode, as guests see it: one address and port in front of one unprivileged diod per account.
 *
 * Whose rights a request gets is decided when its user attaches: an account's by its own diod, root's by that of the
 * account which root stands for, anybody else's by nobody's. The kernel does the rest, since each diod is a process of
 * its user and of nobody else; what a guest's kernel claims about its users cannot widen that. A router is needed
 * because a guest's kernel sends all its users' requests through one connection per mount.
 *
 * Usage: _file_router.mjs JSON, where JSON is
 *   { address, port, clients, root, exports, servers, standsForRoot, trusted }
 * `clients` is a file with the addresses that may connect, one a line; `root` the directory that diods have as their
 * root; `exports` the paths in it that may be attached; `servers` [{ uid, gid, groups }], nobody's last;
 * `standsForRoot` the uid that the guests' root gets. `trusted`: one diod, of root, serves everybody as he says he is.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const T_VERSION = 100;
const T_AUTH = 102;
const T_ATTACH = 104;
const T_FLUSH = 108;
const T_WALK = 110;
const T_CLUNK = 120;
const T_REMOVE = 122;
const T_XATTRWALK = 30;
const R_LERROR = 7;
const HEADER = 7;
const NO_TAG = 0xffff;
const EPERM = 1;
const EBADF = 9;
const EOPNOTSUPP = 95;
/** More than any message that diod agrees to. */
const LARGEST = 4 << 20;
/** Connections from one guest: it needs one per mount. */
const MOST_CONNECTIONS = 64;
const NOBODY = 65534;
/** What root's diod may do: reach every file as every user, and nothing else. */
const TRUSTED = ['chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'setuid', 'setgid'];

const options = JSON.parse(process.argv[2]);
const known = new Set(options.servers.map(({ uid }) => uid));
const connections = new Map();

for (const server of options.servers) startServer(server);
for (const { uid } of options.servers) while (!existsSync(`${placeOf(uid)}/9p`)) await sleep(5);
const doors = closeDoors();
const listener = createServer({ pauseOnConnect: true }, accept);
listener.listen({ host: options.address, port: options.port }, becomeNobody);
listener.on('error', (error) => end(`cannot listen: ${error.message}`));

/** Starts a user's diod, with nothing to see but the exports. */
function startServer({ uid, gid, groups }) {
  const allowed = ['setuid', 'setgid', 'sys_chroot', ...(options.trusted ? TRUSTED : [])];
  const bounds = ['-all', ...allowed.map((name) => `+${name}`)].join(',');
  const exported = options.exports.flatMap((path) => ['--export', path]);
  // Without a user database, but in root's case: an unprivileged diod serves its own user only, and asks for no name.
  const anybody = options.trusted ? [] : ['--no-userdb'];
  const argv = [
    ...['setpriv', '--no-new-privs', '--inh-caps=-all', `--bounding-set=${bounds}`, '--'],
    ...['chroot', `--userspec=${uid}:${gid}`, `--groups=${groups.join(',')}`, options.root],
    ...['/diod', '--foreground', '--no-auth', ...anybody, '--logdest', 'stderr'],
    ...['--listen', `/run/${uid}/9p`, ...exported],
  ];
  const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] });
  child.on('error', (error) => end(`diod of user ${uid}: ${error.message}`));
  child.on('exit', (code, signal) => end(`diod of user ${uid} has ended (${signal ?? code})`));
}

/** Where a user's diod has its socket. */
function placeOf(uid) {
  return `${options.root}/run/${uid}`;
}

/**
 * Shuts the sockets off from everybody but this process, which keeps their folders open: a diod does what it is asked,
 * whoever asks, and users of this host get to see its root through /proc, as far as they have a diod of their own.
 */
function closeDoors() {
  chmodSync(`${options.root}/run`, 0o700);
  return new Map(
    options.servers.map(({ uid }) => {
      chmodSync(placeOf(uid), 0o711);
      return [uid, openSync(placeOf(uid))];
    }),
  );
}

function becomeNobody() {
  process.setgroups([NOBODY]);
  process.setgid(NOBODY);
  process.setuid(NOBODY);
}

/** All that serves ends together, so that it can be seen and started anew as one. */
function end(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function accept(client) {
  const from = client.remoteAddress;
  const count = connections.get(from) ?? 0;
  if (!mayConnect(from) || count >= MOST_CONNECTIONS) return client.destroy();
  connections.set(from, count + 1);
  client.on('close', () => connections.set(from, connections.get(from) - 1));
  serve(client);
}

function mayConnect(address) {
  return readFileSync(options.clients, 'utf8').split('\n').includes(address);
}

/** Carries one guest's messages to the servers of its users, and the answers back. */
function serve(client) {
  const servers = new Map(); // by uid
  const fids = new Map(); // whose server knows it
  const tags = new Map(); // whose server owes the answer
  let version; // what was agreed on, to be said to servers that are asked later

  const close = () => {
    client.destroy();
    for (const { socket } of servers.values()) socket.destroy();
  };
  client.setNoDelay(true);
  client.on('error', close).on('close', close);
  client.on(
    'data',
    framed((frame) => route(frame), close),
  );
  client.on('drain', () => servers.forEach(({ socket }) => socket.resume()));
  client.resume();

  function route(frame) {
    const type = frame[4];
    const tag = frame.readUInt16LE(5);
    if (type === T_VERSION) {
      // It starts the session anew.
      for (const { socket } of servers.values()) socket.removeAllListeners('close').destroy();
      for (const table of [servers, fids, tags]) table.clear();
      version = frame;
      return send(serverOf(options.standsForRoot), undefined, tag);
    }
    if (!version) return close();
    if (type === T_AUTH) return refuse(tag, EOPNOTSUPP);
    if (type === T_ATTACH) return attach(frame, tag);
    if (type === T_FLUSH) {
      const server = tags.get(frame.readUInt16LE(HEADER));
      return server
        ? send(server, frame, tag)
        : client.write(Buffer.from([7, 0, 0, 0, T_FLUSH + 1, tag, tag >> 8]));
    }
    const fid = frame.readUInt32LE(HEADER);
    const server = fids.get(fid);
    if (!server) return refuse(tag, EBADF);
    if (type === T_WALK || type === T_XATTRWALK) fids.set(frame.readUInt32LE(HEADER + 4), server);
    if (type === T_CLUNK || type === T_REMOVE) fids.delete(fid);
    send(server, frame, tag);
  }

  function attach(frame, tag) {
    const nameLength = frame.readUInt16LE(HEADER + 8);
    const pathAt = HEADER + 10 + nameLength;
    const pathEnd = pathAt + 2 + frame.readUInt16LE(pathAt);
    const path = frame.toString('utf8', pathAt + 2, pathEnd);
    // diod itself would attach more than it exports: it compares no more than where the slashes are.
    if (!options.exports.includes(path)) return refuse(tag, EPERM);
    const uid = options.trusted ? 0 : actingUser(frame.readUInt32LE(pathEnd));
    if (!options.trusted) frame.writeUInt32LE(uid, pathEnd);
    const server = serverOf(uid);
    fids.set(frame.readUInt32LE(HEADER), server);
    send(server, frame, tag);
  }

  /** The server of a user, connected; it is told the version first. */
  function serverOf(uid) {
    const there = servers.get(uid);
    if (there) return there;
    const socket = connect(`/proc/self/fd/${doors.get(uid)}/9p`);
    const server = { socket, waiting: [] };
    servers.set(uid, server);
    const first = servers.size === 1;
    socket.on('error', close).on('close', close);
    socket.on('drain', () => client.resume());
    socket.on(
      'data',
      framed((frame) => {
        if (server.waiting) {
          for (const one of server.waiting) socket.write(one);
          server.waiting = undefined;
          if (!first) return;
          version.writeUInt32LE(frame.readUInt32LE(HEADER), HEADER); // the size that later servers are offered
        }
        tags.delete(frame.readUInt16LE(5));
        if (!client.write(frame)) socket.pause();
      }, close),
    );
    socket.write(version);
    return server;
  }

  function send(server, frame, tag) {
    if (tag !== NO_TAG) tags.set(tag, server);
    if (!frame) return;
    if (server.waiting) server.waiting.push(frame);
    else if (!server.socket.write(frame)) client.pause();
  }

  function refuse(tag, code) {
    const answer = Buffer.alloc(HEADER + 4);
    answer.writeUInt32LE(answer.length, 0);
    answer[4] = R_LERROR;
    answer.writeUInt16LE(tag, 5);
    answer.writeUInt32LE(code, HEADER);
    client.write(answer);
  }
}

/** As whom a guest's user works: an account as himself, root as the one who stands for him, the rest as nobody. */
function actingUser(uid) {
  if (uid === 0 || uid === 0xffffffff) return options.standsForRoot;
  return known.has(uid) ? uid : NOBODY;
}

/** Cuts a stream into 9P messages. What is no message, or cannot be taken apart, ends the connection. */
function framed(take, close) {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    try {
      while (rest.length >= HEADER) {
        const size = rest.readUInt32LE(0);
        if (size < HEADER || size > LARGEST) throw new RangeError(`a message of ${size} bytes`);
        if (rest.length < size) return;
        const frame = rest.subarray(0, size);
        rest = rest.subarray(size);
        take(frame);
      }
    } catch {
      close();
    }
  };
}
