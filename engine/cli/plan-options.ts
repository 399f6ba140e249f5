import { UserError } from '../model/problem.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import type { Request } from '../model/experiment.ts';
import { packingRequest, typedPacking } from './packing-options.ts';
import type { PackingOptions } from './packing-options.ts';
import type { TargetOptions } from './target.ts';

/** What commands that make a plan take. */
export interface PlanOptions extends TargetOptions, PackingOptions {
  /** `--as TYPE=PLATFORM`. */
  readonly as: Readonly<Record<string, string>>;
  /** `--default-platform`. */
  readonly defaultPlatform?: string;
  /** `--end-node-shaping`. */
  readonly endNodeShaping?: boolean;
  /** `--vde-switch-shaping`. */
  readonly vdeSwitchShaping?: boolean;
  /** `--stages DIR`, in the order given. */
  readonly stages: readonly string[];
  /** `--pnode`: which pnode of the experiment this machine is. */
  readonly pnode?: string;
}

/** The part of the options that stages see. */
export function requestOf(options: PlanOptions): Request {
  const { as, defaultPlatform, endNodeShaping, vdeSwitchShaping } = options;
  if (endNodeShaping && vdeSwitchShaping) {
    throw new UserError(
      {
        code: 'contradicting-options',
        message: '--end-node-shaping and --vde-switch-shaping exclude each other',
        hint: 'leave one of them out',
      },
      { exitCode: EXIT_USAGE },
    );
  }
  const packing = packingRequest(options);
  return {
    as,
    ...(defaultPlatform !== undefined && { defaultPlatform }),
    ...((endNodeShaping ?? vdeSwitchShaping) && { endNodeShaping: endNodeShaping === true }),
    ...(packing && { packing }),
  };
}

/** The options that give the same plan again, as one could type them. */
export function typedOptions(options: PlanOptions): string {
  const words = [
    ...Object.entries(options.as).map(([type, platform]) => `--as ${type}=${platform}`),
    ...(options.defaultPlatform === undefined ? [] : [`--default-platform ${options.defaultPlatform}`]),
    ...(options.endNodeShaping ? ['--end-node-shaping'] : []),
    ...(options.vdeSwitchShaping ? ['--vde-switch-shaping'] : []),
    ...typedPacking(options),
    ...(options.pnode === undefined ? [] : [`--pnode ${options.pnode}`]),
    ...options.stages.map((folder) => `--stages ${folder}`),
    ...(options.experiment === undefined ? [] : [`-e ${options.experiment}`]),
    ...(options.var === undefined ? [] : [`--var ${options.var}`]),
  ];
  return words.map((word) => ` ${word}`).join('');
}
