import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { experimentFact } from '../../engine/config/experiment.ts';
import { hostContext } from '../../engine/host/context.ts';
import { commandKind } from '../../engine/host/kinds/command.ts';
import { startTimeOf } from '../../engine/host/process-state.ts';
import { effectId } from '../../engine/model/effect.ts';
import type { EffectKind, JournalView, Recorded } from '../../engine/plan/kind.ts';
import { specHash } from '../../engine/plan/plan.ts';
import type { PlannedEffect } from '../../engine/plan/plan.ts';
import { effect } from '../../engine/stage/effects.ts';
import type { CommandInput } from '../../engine/stage/effects.ts';
import { messageOf } from '../topdl/support.ts';

let folder = '';
let kind: EffectKind;
let children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benito-command-'));
  // The cgroup of an experiment is looked up only by kinds that start processes.
  kind = commandKind(hostContext(experimentFact('t', 'x', folder)));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true });
});

const guest = effect.process({ name: 'guest', argv: ['sleep', '60'] });
const hub = effect.process({ name: 'hub', argv: ['sleep', '60'] });

/** A journal in which processes run as real ones. */
class Known implements JournalView {
  readonly effects = new Map<string, Recorded>();
  recorded(id: string): Recorded | undefined {
    return this.effects.get(id);
  }
  add(one: Omit<PlannedEffect, 'stage'>, state: unknown, status: Recorded['status'] = 'made'): void {
    const planned = { ...one, stage: 'launch/test' };
    this.effects.set(effectId(one), { effect: planned, specHash: specHash(one), status, state });
  }
  async start(process: typeof guest): Promise<ChildProcess> {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(child);
    await new Promise((resolve) => child.once('spawn', resolve));
    this.add(process, { pid: child.pid, startTime: startTimeOf(child.pid!) });
    return child;
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function planned(input: CommandInput): PlannedEffect {
  return { ...effect.command(input), stage: 'launch/test' };
}

const write = (word: string): readonly string[] => [
  'sh',
  '-c',
  `echo ${word} >>"$1"`,
  'sh',
  join(folder, 'log'),
];
const log = (): string =>
  existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').replaceAll('\n', ' ') : '';

async function make(known: Known, one: PlannedEffect): Promise<void> {
  const [outcome] = await kind.make([one], known);
  if (!outcome!.ok) throw new Error(outcome!.error.message);
  known.add(one, outcome!.state);
}

describe('a command of processes', () => {
  const plug = (more: Partial<CommandInput> = {}): PlannedEffect =>
    planned({
      identity: 'plug',
      of: [guest, hub],
      make: write('in'),
      unmake: write('out'),
      ...more,
    } as CommandInput);

  test('hangs on them, and says so', () => {
    expect(plug().edges.diesWith).toEqual(['process guest', 'process hub']);
    expect(plug().spec).toMatchObject({ of: ['guest', 'hub'] });
    expect(kind.goesWith!(plug())).toEqual(['process guest', 'process hub']);
  });

  test('is there as long as those live on that it was made for', async () => {
    const known = new Known();
    const [one] = [await known.start(guest), await known.start(hub)];
    expect(await kind.observe([plug()], known)).toEqual([{ state: 'absent' }]);
    await make(known, plug());
    expect(log()).toBe('in ');
    expect(await kind.observe([plug()], known)).toEqual([{ state: 'present' }]);
    await kill(one);
    expect(await kind.observe([plug()], known)).toEqual([
      { state: 'different', mend: 'replace', why: ['guest is gone, for which it was made'] },
    ]);
    await known.start(guest);
    expect((await kind.observe([plug()], known))[0]).toMatchObject({ state: 'different', mend: 'replace' });
    await kill(children[1]!);
    await known.start(hub);
    expect(await kind.observe([plug()], known)).toEqual([{ state: 'absent' }]);
  });

  test('that was made otherwise, or half, is made again', async () => {
    const known = new Known();
    await known.start(guest);
    await known.start(hub);
    await make(known, plug());
    expect((await kind.observe([plug({ make: write('other') })], known))[0]).toMatchObject({
      state: 'different',
      mend: 'replace',
    });
    known.add(plug(), undefined, 'making');
    expect(await kind.observe([plug()], known)).toEqual([{ state: 'absent' }]);
  });

  test('cannot be made while one of them is not there', async () => {
    const known = new Known();
    await known.start(guest);
    const [outcome] = await kind.make([plug()], known);
    expect(outcome).toMatchObject({ ok: false, error: { message: 'the process hub is not there' } });
    expect(log()).toBe('');
  });

  test('is unmade while one of them lives; what fails is forgiven once another is gone', async () => {
    const known = new Known();
    const broken = plug({ unmake: ['sh', '-c', 'echo out >>"$1"; exit 1', 'sh', join(folder, 'log')] });
    const [one, other] = [await known.start(guest), await known.start(hub)];
    await make(known, broken);
    expect((await kind.unmake([broken], known))[0]!.ok).toBe(false);
    await kill(one);
    expect((await kind.unmake([broken], known))[0]!.ok).toBe(true);
    expect(log()).toBe('in out out ');
    await kill(other);
    expect((await kind.unmake([broken], known))[0]!.ok).toBe(true);
    expect(log()).toBe('in out out ');
  });

  test('needs no unmake', async () => {
    const known = new Known();
    await known.start(guest);
    const one = planned({ identity: 'disk', of: [guest], make: write('in') });
    await make(known, one);
    expect(await kind.unmake([one], known)).toEqual([{ ok: true }]);
  });
});

test('a command that is observed is asked, beside others that are not', async () => {
  const seen = planned({ identity: 'seen', observe: ['true'], make: ['true'], unmake: ['true'] });
  const unseen = planned({ identity: 'unseen', observe: ['false'], make: ['true'], unmake: ['true'] });
  const bound = planned({ identity: 'bound', of: [guest], make: ['true'] });
  expect(await kind.observe([bound, seen, unseen], new Known())).toEqual([
    { state: 'absent' },
    { state: 'present' },
    { state: 'absent' },
  ]);
});

test('a command that takes longer than it may is ended, with its offspring, and it alone', async () => {
  const slow = planned({
    identity: 'slow',
    observe: ['false'],
    make: ['sh', '-c', 'echo looking >&2; sleep 77 & wait'],
    unmake: ['true'],
    seconds: 1,
  });
  const quick = planned({ identity: 'quick', observe: ['false'], make: write('in'), unmake: ['true'] });
  const [one, other] = await kind.make([slow, quick], new Known());
  expect(one).toMatchObject({ ok: false, error: { message: 'not done after 1 s', stderr: 'looking' } });
  expect(other).toEqual({ ok: true });
});

test.each([
  ['both', { observe: ['true'], of: [guest], unmake: ['true'] }, "has both 'observe' and 'of'"],
  ['neither', { unmake: ['true'] }, "has neither 'observe' nor"],
  ['an empty list', { of: [] }, "has neither 'observe' nor"],
  ['no unmake for what is observed', { observe: ['true'] }, "lacks 'unmake'"],
])('%s is refused', (_what, parts, message) => {
  const input = { identity: 'x', make: ['true'], ...parts } as unknown as CommandInput;
  expect(messageOf(() => effect.command(input))).toContain(message);
});
