/** What ext4 can be made in. */
const LEAST = 16 * 1024;
const MOST = 16 * 1024 ** 3;
const UNITS: Readonly<Record<string, number>> = { '': 1, M: 1024, G: 1024 ** 2 };

/** KiB of a disk size in OpenVZ's form, `2G`, `512M` or a number of disk blocks of 1 KiB; undefined for anything else. */
export function diskSize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([GM]?)$/i.exec(text.trim()) ?? [];
  if (number === undefined) return undefined;
  const kib = Math.round(Number(number) * UNITS[unit!.toUpperCase()]!);
  return kib >= LEAST && kib <= MOST ? kib : undefined;
}
