// Writes beforehand what a guest is sent when it boots: node guests-identity.mjs SPEC OUT. SPEC is the JSON file that the
// product starts it by.
import { readFileSync, writeFileSync } from 'node:fs';
import { identityTar } from '../../../launch/qemu/_identity.mjs';

const [, , spec, out] = process.argv;
const tar = identityTar(JSON.parse(readFileSync(spec, 'utf8')).identity);
writeFileSync(out, Buffer.concat([Buffer.from(`${tar.length} booted\n`), tar]));
