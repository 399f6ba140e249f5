import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import { UserError } from '../../model/problem.ts';
import { discoverStages, stageFolders } from '../../stage/discover.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export interface NewPlatformOptions {
  readonly lang?: string;
  readonly stages?: readonly string[];
}

const LANGUAGES = ['ts', 'sh', 'python'];
const DEFAULT_FOLDER = 'stages';

/**
 * `new platform NAME`: writes stages that bring nodes up as they stand, into a folder for `--stages`.
 * @throws UserError where the name will not do or is taken, or a file is there already.
 */
export async function newPlatform(
  what: string,
  name: string,
  options: NewPlatformOptions,
  io: Io,
): Promise<number> {
  const { lang = 'ts', stages = [DEFAULT_FOLDER] } = options;
  if (what !== 'platform')
    throw usage('unknown-kind', `new makes platforms, no '${what}'`, 'new platform NAME');
  if (!LANGUAGES.includes(lang))
    throw usage('unknown-language', `--lang: there is no '${lang}'`, `there are: ${LANGUAGES.join(', ')}`);
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(name)) {
    throw usage(
      'bad-platform',
      `'${name}' cannot be the name of a platform`,
      'lower-case letters, digits and _, a letter first, 31 at most: my_box',
    );
  }
  if (stages.length > 1)
    throw usage('two-folders', '--stages is given twice', 'the files go into one folder');
  const folder = resolve(stages[0]!);
  refuseTaken(name, folder);

  const files = filesFor(name, lang, folder);
  const there = files.filter(({ path, optional }) => !optional && existsSync(path));
  if (there.length > 0) {
    throw new UserError({
      code: 'file-exists',
      message: `${there.map(({ path }) => path).join(' and ')} is there already, and is not overwritten`,
      hint: 'choose another name, or another folder: --stages DIR',
    });
  }
  const written = files.filter(({ path, optional }) => !optional || !existsSync(path));
  for (const { path, text, mode } of written) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
  }
  if (io.asJson) io.json({ name, lang, folder, files: written.map(({ path }) => path) });
  else tell(name, folder, written, io);
  return 0;
}

interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** What is there stays: it is of other platforms too. */
  readonly optional?: boolean;
}

function filesFor(name: string, lang: string, folder: string): readonly NewFile[] {
  const root = packageRoot();
  const source = join(root, 'config/scaffold');
  const schema = join(root, 'config/schemas/platform.schema.json');
  const file = (from: string, path: string, optional = false): NewFile => ({
    path: join(folder, path),
    text: readFileSync(join(source, from), 'utf8')
      .replaceAll('PLATFORM', name)
      .replaceAll('ROOT', root)
      .replaceAll('SCHEMA', schema),
    mode: (statSync(join(source, from)).mode & 0o111) === 0 ? 0o644 : 0o755,
    ...(optional && { optional }),
  });
  const stages = ['setup', 'launch'].flatMap((phase) =>
    readdirSync(join(source, lang, phase)).map((one) =>
      file(join(lang, phase, one), join(phase, name, basename(one))),
    ),
  );
  return [
    ...stages,
    file('experiment.xml', `${name}.xml`),
    ...(lang === 'ts' ? [file('editor.json', 'tsconfig.json', true)] : []),
  ];
}

/** A platform of the installation, of the site or of that folder. */
function refuseTaken(name: string, folder: string): void {
  const folders = stageFolders(packageRoot(), existsSync(folder) ? [folder] : []);
  const taken = discoverStages(folders, { asRoot: false }).platforms.find(
    ({ platform }) => platform === name,
  );
  if (!taken) return;
  throw new UserError({
    code: 'platform-name-taken',
    message: `there is a platform '${name}' already: ${taken.file}`,
    hint: 'choose another name',
  });
}

function tell(name: string, folder: string, files: readonly NewFile[], { print }: Io): void {
  const here = relative(process.cwd(), folder);
  const shown = here === '' ? '.' : here.startsWith('..') ? folder : here;
  print(`the platform ${name}, in ${shown}:`);
  for (const { path } of files) print(`  ${relative(folder, path)}`);
  print('what to do next, as root:');
  const experiment = join(shown, `${name}.xml`);
  const names = `-e demo/${name} --var /var/benito-${name}`;
  print(`  benito-pipeline plan ${experiment} --stages ${shown}   # every effect; touches nothing`);
  print(`  benito-pipeline up ${experiment} --stages ${shown} ${names}`);
  print(`  benito-pipeline ping -e demo/${name}`);
  print(`  benito-pipeline conformance ${name} --stages ${shown}   # what is right with it, and what is not`);
  print(`setup/README.md in ${packageRoot()} is the guide for authors of platforms`);
}

function usage(code: string, message: string, hint: string): UserError {
  return new UserError({ code, message, hint }, { exitCode: EXIT_USAGE });
}
