import { writeFileSync } from 'node:fs';
import { publishedSchemas } from '../../engine/cli/published-schemas.ts';

// `npm run generate`: writes what this folder holds beside this file.
for (const [name, text] of Object.entries(await publishedSchemas())) {
  writeFileSync(new URL(name, import.meta.url), text);
  console.log(`config/schemas/${name}`);
}
