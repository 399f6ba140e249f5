import * as z from 'zod';
import { UserError } from '../model/problem.ts';
import type { Problem } from '../model/problem.ts';
import type { Effect } from '../model/effect.ts';
import { isUserError } from '../model/problem.ts';
import type { Skip, StageResult } from './define.ts';
import { effectJson, effectOf, effectSchemas } from './effect-json.ts';

const names = z.array(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'the name of a fact is needed'));

/** What an executable stage answers to `--describe`. */
export const descriptionSchema = z.strictObject({
  summary: z.string().min(1),
  needs: names.optional(),
  provides: names.optional(),
  many: names.optional(),
  closing: z.boolean().optional(),
  claims: z.array(z.strictObject({ node: z.string() })).optional(),
  probes: z
    .array(
      z.strictObject({
        name: z.string(),
        argv: z.array(z.string()).min(1),
        seconds: z.number().positive().max(600).optional(),
        remember: z.literal(true).optional(),
      }),
    )
    .optional(),
  seconds: z.number().positive().max(600).optional(),
});

const planSchema = z.strictObject({
  effects: z.array(effectJson).optional(),
  facts: z.record(z.string(), z.json()).optional(),
  notes: z.array(z.string()).optional(),
});
const skipSchema = z.strictObject({ skip: z.string().min(1) });

/** What an executable stage answers with its plan. */
export const answerSchema = z.union([planSchema, skipSchema]);

/** The same with effects unread, so that each is told of by its own kind. */
const outerSchema = planSchema.extend({ effects: z.array(z.looseObject({ kind: z.string() })).optional() });

type Description = z.infer<typeof descriptionSchema>;

/**
 * What a stage says of itself.
 * @throws UserError naming the field.
 */
export function descriptionOf(file: string, text: string): Defined<Description> {
  return checked(file, descriptionSchema, jsonOf(file, text, '--describe')) as Defined<Description>;
}

/**
 * What a stage plans.
 * @throws UserError naming the field, `effects[3].mac`.
 */
export function resultOf(file: string, text: string): StageResult | Skip {
  const value = jsonOf(file, text, 'its plan');
  if (typeof value === 'object' && value !== null && 'skip' in value) return checked(file, skipSchema, value);
  const { effects = [], facts, notes } = checked(file, outerSchema, value);
  const problems: Problem[] = [];
  const made = effects.map((one, index): Effect | undefined => {
    const path = ['effects', index];
    const schema = (effectSchemas as Record<string, z.ZodType | undefined>)[one.kind];
    if (!schema) {
      const known = Object.keys(effectSchemas).join(', ');
      problems.push(problem(file, [...path, 'kind'], `there is no effect '${one.kind}'`, `kinds: ${known}`));
      return undefined;
    }
    const parsed = schema.safeParse(one);
    if (!parsed.success) {
      problems.push(...problemsOf(file, parsed.error, path, fieldsOf(schema)));
      return undefined;
    }
    try {
      return effectOf(parsed.data as Parameters<typeof effectOf>[0]);
    } catch (error) {
      if (!isUserError(error)) throw error;
      problems.push(...error.problems.map(({ message, hint }) => problem(file, path, message, hint)));
      return undefined;
    }
  });
  if (problems.length > 0) throw new UserError(problems);
  return {
    effects: made as Effect[],
    ...(facts && { facts: facts as unknown as NonNullable<StageResult['facts']> }),
    ...(notes && { notes }),
  };
}

function jsonOf(file: string, text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const start = text.trim() === '' ? 'nothing' : JSON.stringify(text.slice(0, 60));
    throw new UserError(
      {
        code: 'bad-stage-answer',
        message: `the answer (${what}) is not JSON, but ${start}`,
        place: { file },
        hint: 'it answers with one JSON object, and nothing else, on its standard output; what is for people goes to standard error',
      },
      { cause: error },
    );
  }
}

function checked<T>(file: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(problemsOf(file, parsed.error, [], fieldsOf(schema)));
}

type Path = readonly PropertyKey[];

function problemsOf(file: string, error: z.ZodError, at: Path, fields: readonly string[]): Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const hint = issue.path.length === 0 ? `fields: ${fields.join(', ')}` : undefined;
      return issue.keys.map((key) =>
        problem(file, [...at, ...issue.path, key], 'there is no such field', hint),
      );
    }
    const { message, path } = issue.code === 'invalid_union' ? deepest(issue) : issue;
    return [problem(file, [...at, ...issue.path, ...path.slice(issue.path.length)], told(message))];
  });
}

function told(message: string): string {
  return message
    .replace('Invalid input: ', '')
    .replace(/^(expected .*), received undefined$/, 'it is missing: $1');
}

/** Of the forms that a value may have, what is wrong with the one that it comes closest to. */
function deepest(issue: z.core.$ZodIssueInvalidUnion): { readonly message: string; readonly path: Path } {
  const all = issue.errors.map((errors) => errors[0]!).filter((one) => one !== undefined);
  const format = all.find(({ code }) => code === 'invalid_format' || code === 'too_small');
  const inner = format ?? all[0] ?? issue;
  return { message: inner.message, path: [...issue.path, ...inner.path] };
}

function problem(file: string, path: Path, message: string, hint?: string): Problem {
  const where = path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  );
  return {
    code: 'bad-stage-answer',
    message: where === '' ? message : `${where}: ${message}`,
    place: { file },
    ...(hint !== undefined && { hint }),
  };
}

function fieldsOf(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Zod knows no members that are left out, only undefined ones; JSON has no undefined ones. */
type Defined<T> = { [K in keyof T]: K extends OptionalKeys<T> ? Exclude<T[K], undefined> : T[K] };
type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
