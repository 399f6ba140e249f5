import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedSchemas } from '../../engine/cli/published-schemas.ts';
import { packageRoot } from '../../engine/config/package-root.ts';
import { GUIDE, currentGuide } from '../reference/guide.ts';

// `npm run generate`: writes what config/schemas/ holds, and the parts of the guide that follow from the source.
const guide = join(packageRoot(), GUIDE);
const texts = {
  ...Object.fromEntries(
    Object.entries(await publishedSchemas()).map(([name, text]) => [
      join(packageRoot(), 'config/schemas', name),
      text,
    ]),
  ),
  [guide]: currentGuide(readFileSync(guide, 'utf8')),
};
for (const [path, text] of Object.entries(texts)) {
  writeFileSync(path, text);
  console.log(path);
}
