import { parse, stringify } from 'yaml';
import type { ConfigFile, ConfigReader } from './files.ts';

/** Facts that a platform's setup gives to its own launch: JSON values, each in `platform/PLATFORM/PNODE/FACT.yaml`. */
const FOLDER = 'platform';
const EXTENSION = '.yaml';

/** The nodes of one platform on one pnode. */
export interface PlatformScope {
  readonly platform: string;
  readonly pnode: string;
}

/** The file of what a platform's setup decided for its nodes on a pnode. */
export function encodePlatformFact(scope: PlatformScope, fact: string, value: unknown): ConfigFile {
  const content = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return { path: `${folderOf(scope)}/${fact}${EXTENSION}`, content };
}

/** All facts that the directory holds of a platform on a pnode, by name: what was encoded. */
export function decodePlatformFacts(
  scope: PlatformScope,
  reader: ConfigReader,
): ReadonlyMap<string, unknown> {
  const folder = folderOf(scope);
  return new Map(
    reader
      .list(folder)
      .filter((file) => file.endsWith(EXTENSION))
      .map((file) => [
        file.slice(0, -EXTENSION.length),
        parse(reader.read(`${folder}/${file}`) ?? '') as unknown,
      ]),
  );
}

function folderOf({ platform, pnode }: PlatformScope): string {
  return `${FOLDER}/${platform}/${pnode}`;
}
