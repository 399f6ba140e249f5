import { join } from 'node:path';
import prettier from 'prettier';
import { packageRoot } from '../../engine/config/package-root.ts';
import { discoverStages } from '../../engine/stage/discover.ts';
import { loadPlatforms } from '../../engine/stage/load.ts';
import { readTypes } from './program.ts';
import { guide } from './reference.ts';
import { schemas } from './schemas.ts';

/** Every generated file of the project, by its path: what is to be in it. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  const root = packageRoot();
  const types = readTypes();
  const platforms = await loadPlatforms(discoverStages([root], { asRoot: false }).platforms);
  const files = {
    ...Object.fromEntries(
      Object.entries(schemas(types, platforms)).map(([name, schema]) => [
        `config/schemas/${name}`,
        JSON.stringify(schema, null, 2),
      ]),
    ),
    'setup/README.md': guide(types),
  };
  const options = await prettier.resolveConfig(join(root, 'package.json'));
  const formatted = await Promise.all(
    Object.entries(files).map(async ([path, text]) => [
      path,
      await prettier.format(text, { ...options, filepath: join(root, path) }),
    ]),
  );
  return Object.fromEntries(formatted) as Readonly<Record<string, string>>;
}
