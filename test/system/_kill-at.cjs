/* eslint-disable @typescript-eslint/no-require-imports */
// Loaded before the command (--require): kills it at the KILL_AT-th change that it asks the kernel's network for, before the
// kernel hears of it.
const Module = require('node:module');

const CHANGES = [16, 17, 20, 21, 24, 25]; // RTM_NEWLINK, DELLINK, NEWADDR, DELADDR, NEWROUTE, DELROUTE
const load = Module._load;
let changes = 0;

Module._load = function (name, ...rest) {
  const loaded = load.call(this, name, ...rest);
  return name === 'koffi'
    ? { ...loaded, load: (path) => watched(loaded.load(path)), errno: loaded.errno }
    : loaded;
};

function watched(library) {
  return {
    func(...definition) {
      const call = library.func(...definition);
      if (!String(definition[0]).startsWith('long send(')) return call;
      return (fd, message, ...rest) => {
        if (CHANGES.includes(message.readUInt16LE(4)) && (changes += 1) === Number(process.env.KILL_AT)) {
          process.kill(process.pid, 'SIGKILL');
        }
        return call(fd, message, ...rest);
      };
    },
  };
}
