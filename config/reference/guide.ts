import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../engine/config/package-root.ts';
import { reference } from './reference.ts';

/** The guide, relative to the package. */
export const GUIDE = 'setup/README.md';

const START = '<!-- generated -->\n';
const END = '<!-- end of what is generated -->\n';

/** The guide as it must be: its listings of shipped files are those files, its reference is that of the types. */
export function currentGuide(text: string): string {
  const filled = text.replace(
    /(<!-- file: (\S+) -->\n```\w+\n)[^]*?^```$/gm,
    (_, head: string, path: string) => `${head}${readFileSync(join(packageRoot(), path), 'utf8')}\`\`\``,
  );
  const [before = '', rest = ''] = filled.split(START);
  const after = rest.split(END)[1] ?? '';
  return `${before}${START}\n${reference()}\n\n${END}${after}`;
}
