// Plugs one interface of a running guest: node _plug.mjs QMP NUMBER NETDEV, a JSON object of netdev_add's arguments.
import { pathToFileURL } from 'node:url';
import { connectQmp } from './_qmp.mjs';

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , path, number, netdev] = process.argv;
  const qmp = await connectQmp(path);
  await plug(qmp, Number(number), JSON.parse(netdev)).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
  qmp.close();
}

/**
 * Puts a backend into the hub that the interface is on. QEMU's vde backend never comes back to a switch that was started
 * anew: the one that is there is taken out first.
 * @param {Awaited<ReturnType<typeof connectQmp>>} qmp
 * @param {number} number of the interface, from 0.
 * @param {object} netdev
 */
export async function plug(qmp, number, netdev) {
  const [backend, port] = [`plug${number}`, `port${number}`];
  for (const id of [port, backend]) await qmp.ask('netdev_del', { id }).catch(() => undefined);
  await qmp.ask('netdev_add', { ...netdev, id: backend });
  await qmp.ask('netdev_add', { type: 'hubport', id: port, hubid: number, netdev: backend });
}
