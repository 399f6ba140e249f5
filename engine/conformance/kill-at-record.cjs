/* eslint-disable @typescript-eslint/no-require-imports */
// Loaded before the command (--require): kills it when the KILL_AT-th record of a journal has been written since it was opened,
// be it in the middle of what is written at once. With KILL_AT=0 it counts, and tells at the end how many there were.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const { openSync, writeSync } = fs;
const at = Number(process.env.KILL_AT);
const journals = new Set();
let records = 0;

fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest);
  if (/\/journal\.jsonl$/.test(String(path))) journals.add(fd);
  else journals.delete(fd);
  return fd;
};
fs.writeSync = (fd, data, ...rest) => {
  if (!journals.has(fd)) return writeSync(fd, data, ...rest);
  const from = typeof rest[0] === 'number' ? rest[0] : 0;
  for (let end = data.indexOf(10, from); end >= 0; end = data.indexOf(10, end + 1)) {
    records += 1;
    if (records !== at) continue;
    writeSync(fd, data, from, end + 1 - from);
    process.kill(process.pid, 'SIGKILL');
  }
  return writeSync(fd, data, ...rest);
};
syncBuiltinESMExports();
if (at === 0) process.on('exit', () => writeSync(2, `conformance: ${JSON.stringify({ records })}\n`));
