import { parse, stringify } from 'yaml';
import type { ConfigFile, ConfigReader } from './files.ts';

/** Facts that a platform's setup gives to its own launch: JSON values, each in `platform/PLATFORM/FACT.yaml`. */
const FOLDER = 'platform';
const EXTENSION = '.yaml';

/** The file of a platform's fact. */
export function encodePlatformFact(platform: string, fact: string, value: unknown): ConfigFile {
  const content = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return { path: `${FOLDER}/${platform}/${fact}${EXTENSION}`, content };
}

/** All facts that the directory holds of a platform, by name: what was encoded. */
export function decodePlatformFacts(platform: string, reader: ConfigReader): ReadonlyMap<string, unknown> {
  const folder = `${FOLDER}/${platform}`;
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
