import yoctocolors from 'yoctocolors';

/** Ways to set off a piece of text; each is the identity where colours are not wanted. */
export interface Colors {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

const plain = (text: string): string => text;
/** No colours. */
export const noColors: Colors = {
  red: plain,
  green: plain,
  yellow: plain,
  cyan: plain,
  dim: plain,
  bold: plain,
};

/** Colours for a stream: on terminals, or where FORCE_COLOR asks for them; never against NO_COLOR. */
export function colorsFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Colors {
  if (env['NO_COLOR']) return noColors;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force === '0' || force === 'false' ? noColors : yoctocolors;
  return stream.isTTY && env['TERM'] !== 'dumb' ? yoctocolors : noColors;
}
