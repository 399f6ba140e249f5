// npm test [-- jest's arguments]: all of it in two runs of Jest, since the system tests must have the host to
// themselves, one after the other. BENITO_TEST_RESULTS=FOLDER keeps Jest's JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asScript, ensure, root } from './ensure.mjs';

const runs = [
  { name: 'units', args: ['--testPathIgnorePatterns=/test/system/'] },
  {
    name: 'system',
    args: ['--testPathIgnorePatterns=^(?!.*/test/system/)', '--runInBand', '--testTimeout=300000'],
  },
];

await asScript(() => {
  ensure(['runtime', 'qemu', 'oci', 'uml', 'tap', 'conformance', 'test']);
  const kept = process.env.BENITO_TEST_RESULTS;
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'benito-test-'));
  mkdirSync(folder, { recursive: true });
  try {
    return runs.map((run) => jest(run, folder)).every((ok) => ok) ? 0 : 1;
  } finally {
    if (!kept) rmSync(folder, { recursive: true });
  }
});

/** Whether the run succeeded; a skipped test is told of by name, and in CI counts as a failed one. */
function jest({ name, args }, folder) {
  const output = join(folder, `${name}.json`);
  rmSync(output, { force: true });
  console.error(`\n== ${name}`);
  // Jest's list options swallow the words behind them: what the user gave stands first.
  const own = ['--passWithNoTests', '--json', `--outputFile=${output}`, ...args];
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', ...process.argv.slice(2), ...own],
    {
      cwd: root,
      stdio: ['inherit', 'ignore', 'inherit'], // Jest reports on stderr; with --json, stdout only repeats it
      env: {
        ...process.env,
        NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`,
      },
    },
  );
  const skipped = existsSync(output) ? skippedTests(JSON.parse(readFileSync(output, 'utf8'))) : [];
  for (const test of skipped) console.error(`NOT RUN: ${test}`);
  return status === 0 && (skipped.length === 0 || !process.env.CI);
}

function skippedTests({ testResults }) {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'pending' || status === 'todo')
      .map(({ fullName }) => `${name.slice(root.length + 1)}: ${fullName}`),
  );
}
