/** A TopDL document of substrates and computers. */
export function topdl(substrates: readonly string[], computers: readonly string[]): string {
  return [
    '<experiment><version>1.0</version>',
    ...substrates.map((name) => `<substrates><name>${name}</name></substrates>`),
    ...computers,
    '</experiment>',
    '',
  ].join('\n');
}

/** A computer on substrates, with attributes. */
export function computer(
  name: string,
  on: readonly string[],
  attributes: Readonly<Record<string, string>>,
): string {
  const interfaces = on.map(
    (substrate, index) =>
      `<interface><substrate>${substrate}</substrate><name>inf00${index}</name></interface>`,
  );
  const rest = Object.entries(attributes).map(
    ([key, value]) => `<attribute><attribute>${key}</attribute><value>${escaped(value)}</value></attribute>`,
  );
  return `<elements><computer><name>${name}</name>${interfaces.join('')}${rest.join('')}</computer></elements>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
