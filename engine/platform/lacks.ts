import type { Problem } from '../model/problem.ts';
import { LACKS } from './define.ts';
import type { Lack, PlatformDefinition } from './define.ts';

/** What is wrong with what a platform says that it lacks: words that mean nothing, or what it offers all the same. */
export function* wrongLacks(name: string, file: string, definition: PlatformDefinition): Generator<Problem> {
  const place = { file };
  for (const lack of definition.lacks ?? []) {
    const offer = LACKS.includes(lack) ? offered(definition)[lack] : undefined;
    if (!LACKS.includes(lack)) {
      yield {
        code: 'unknown-lack',
        message: `the platform ${name} lacks '${String(lack)}', which is nothing that a platform offers`,
        place,
        hint: `what it may lack: ${LACKS.join(', ')}`,
      };
    } else if (offer !== undefined) {
      yield {
        code: 'lacks-what-it-offers',
        message: `the platform ${name} says that it lacks ${lack}, and offers it: ${offer}`,
        place,
        hint: `take ${lack} out of lacks, or ${offer} out of the platform`,
      };
    }
  }
}

/** By what a platform's declaration offers something; what its stages do cannot be seen in it. */
export function offered(definition: PlatformDefinition): Readonly<Partial<Record<Lack, string>>> {
  const { verbs, controlNet, hostFiles } = definition;
  return {
    ...(controlNet && { controlNet: 'controlNet: true' }),
    ...(verbs?.exec && { exec: 'verbs.exec' }),
    ...(hostFiles === '9p' && { hostFiles: "hostFiles: '9p'" }),
    ...(verbs?.alive && { stop: 'verbs.alive' }),
  };
}
