/* eslint-disable @typescript-eslint/no-require-imports */
// Loaded before the command (--require): tells on stderr, as `conformance: JSON` a line, which stage is being asked, and what
// stages read or change meanwhile that is no fact: clock, random numbers, environment, files, programs, network.
// CONFORMANCE_STAGES: the folders of stages, with colons between. CONFORMANCE_SHIFT: seconds that the clock is put forward,
// that of programs by the library CONFORMANCE_FAKETIME.
const { subscribe } = require('node:diagnostics_channel');
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { fileURLToPath } = require('node:url');
const { isMainThread } = require('node:worker_threads');

const write = fs.writeSync;
const folders = (process.env.CONFORMANCE_STAGES ?? '').split(':').filter(Boolean);
const shift = Number(process.env.CONFORMANCE_SHIFT ?? 0) * 1000;
const told = new Set();
let asked;
/** How deep in a watched call: what it calls itself is its own business. */
let depth = 0;

if (isMainThread) {
  subscribe('benito-pipeline:stage', ({ stage, file, question, ended }) => {
    asked = ended || !/\.ts$/.test(file) ? undefined : stage;
    if (!ended) tell({ asking: stage, file, question });
  });
  watchClock();
  if (shift !== 0 && process.env.CONFORMANCE_FAKETIME) shiftPrograms();
  watchEach('draws random numbers', Math, ['random']);
  watchEach(
    'draws random numbers',
    require('node:crypto'),
    names(require('node:crypto'), /^random|^getRandom/),
  );
  watchEach('draws random numbers', globalThis.crypto, ['getRandomValues', 'randomUUID']);
  watchEach('looks at the host', require('node:os'), names(require('node:os'), /./));
  watchEach('asks for the working directory', process, ['cwd']);
  watchGetter('asks for the process id', process, 'pid');
  watchGetter('asks for the process id', process, 'ppid');
  watchEnvironment();
  watchEach(
    'runs a program',
    require('node:child_process'),
    names(require('node:child_process'), /^(spawn|exec|fork)/),
  );
  for (const [name, calls] of Object.entries({
    net: /^c(reateC)?onnect|createServer/,
    http: /^(get|request)$/,
  })) {
    watchEach('uses the network', require(`node:${name}`), names(require(`node:${name}`), calls));
  }
  watchEach('uses the network', globalThis, ['fetch']);
  const changing =
    /^(write|append|mkdir|rm|unlink|rename|symlink|link|copy|cp|truncate|l?ch(mod|own)|l?utimes|createWrite)/;
  const reading = /^(read|open|stat|lstat|exists|access|realpath|createRead)/;
  for (const api of [fs, fs.promises]) {
    watchEach('changes files', api, names(api, changing));
    watchEach('reads files', api, names(api, reading));
  }
  syncBuiltinESMExports();
}

function names(api, pattern) {
  return Object.keys(api).filter((name) => pattern.test(name) && typeof api[name] === 'function');
}

function watchEach(what, api, calls) {
  for (const name of calls) {
    const real = api[name];
    const watched = function (...args) {
      note(what, name, watched, args);
      depth += 1;
      try {
        return real.apply(this, args);
      } finally {
        depth -= 1;
      }
    };
    Object.defineProperties(watched, Object.getOwnPropertyDescriptors(real));
    try {
      api[name] = watched;
    } catch {
      Object.defineProperty(api, name, { value: watched, configurable: true });
    }
  }
}

function watchGetter(what, object, name) {
  const value = object[name];
  const get = () => {
    note(what, `process.${name}`, get, []);
    return value;
  };
  Object.defineProperty(object, name, { get, configurable: true });
}

/** Stages that are programs run in a sandbox, whose environment is one of its words: their clock is put forward there. */
function shiftPrograms() {
  const processes = require('node:child_process');
  const { spawn } = processes;
  processes.spawn = (command, words, ...rest) => {
    const at = Array.isArray(words)
      ? words.findIndex((word) => /\/engine\/host\/sandbox\.sh$/.test(word))
      : -1;
    if (at < 0) return spawn(command, words, ...rest);
    const variables = `LD_PRELOAD=${process.env.CONFORMANCE_FAKETIME} FAKETIME=${shift < 0 ? '' : '+'}${shift / 1000}`;
    const shifted = words.map((word, index) => (index === at + 5 ? `${word} ${variables}` : word));
    return spawn(command, shifted, ...rest);
  };
}

function watchEnvironment() {
  const about = (name, trap) => note('reads the environment', 'process.env', trap, [name]);
  process.env = new Proxy(process.env, {
    get(env, name) {
      if (typeof name === 'string') about(name, this.get);
      return env[name];
    },
    has(env, name) {
      about(name, this.has);
      return name in env;
    },
    ownKeys(env) {
      about('', this.ownKeys);
      return Reflect.ownKeys(env);
    },
  });
}

function watchClock() {
  const Real = Date;
  const now = () => Real.now() + shift;
  const watched = new Proxy(Real, {
    construct(target, args, as) {
      if (args.length > 0) return Reflect.construct(target, args, as);
      note('reads the clock', 'new Date()', this.construct, []);
      return Reflect.construct(target, [now()], as);
    },
    apply() {
      note('reads the clock', 'Date()', this.apply, []);
      return new Real(now()).toString();
    },
    get(target, name) {
      return name === 'now' ? shifted : target[name];
    },
  });
  const shifted = () => {
    note('reads the clock', 'Date.now()', shifted, []);
    return now();
  };
  globalThis.Date = watched;
  Real.prototype.constructor = watched;
  for (const [api, name] of [
    [performance, 'now'],
    [process, 'uptime'],
    [process, 'hrtime'],
  ]) {
    watchEach('reads the clock', api, [name]);
  }
}

/** What a stage does while it is asked, or its file anywhere: told once a line of it. */
function note(what, call, below, args) {
  if (depth > 0) return;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const trace = {};
  Error.captureStackTrace(trace, below);
  Error.stackTraceLimit = limit;
  const at = String(trace.stack).split('\n').map(placeOf).find(Boolean);
  if (!asked && !at) return;
  const argument = typeof args[0] === 'string' ? args[0] : undefined;
  tell({ stage: at?.stage ?? asked, what, call, ...(argument && { argument }), ...(at && { at: at.place }) });
}

/** The stage, and FILE:LINE, that a line of a stack trace is about. */
function placeOf(line) {
  const [, url, number] = /\(?((?:file:\/\/)?\/[^()]*?):(\d+):\d+\)?$/.exec(line) ?? [];
  if (url === undefined) return undefined;
  const path = url.startsWith('file:') ? fileURLToPath(url.replace(/\?.*$/, '')) : url;
  const compiled = /\/node_modules\/\.cache\/benito-pipeline\/[^/]+\/stages\/(.*)\.mjs$/.exec(path)?.[1];
  if (compiled !== undefined) return { stage: compiled, place: `${compiled}.ts` };
  const folder = folders.find((one) => path.startsWith(`${one}/setup/`) || path.startsWith(`${one}/launch/`));
  if (folder === undefined) return undefined;
  return { stage: path.slice(folder.length + 1).replace(/\.[^./]+$/, ''), place: `${path}:${number}` };
}

function tell(value) {
  const line = `conformance: ${JSON.stringify(value)}\n`;
  if (told.has(line)) return;
  told.add(line);
  write(2, line);
}
