// npm run generate: what is published of the types, for editors and for authors of stages.
// With `-- --check` nothing is written; files that are not as they should be are named, with exit code 1.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../engine/config/package-root.ts';
import { generated } from './generated.ts';

const check = process.argv.includes('--check');
for (const [path, text] of Object.entries(await generated())) {
  const file = join(packageRoot(), path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  console.log(path);
  if (check) {
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
