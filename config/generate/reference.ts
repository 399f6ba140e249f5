import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../engine/config/package-root.ts';
import { effectSchemas } from '../../engine/stage/effect-json.ts';
import { docOf } from './program.ts';
import type { Types } from './program.ts';

const FILE = 'setup/README.md';

/** The guide for authors, with what stands between its markers made anew: files that it shows, and the reference. */
export function guide(types: Types): string {
  const path = join(packageRoot(), FILE);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text
    .replace(/(<!-- file: (\S+) -->\n)[^]*?(?=<!-- end -->)/g, (_all, marker: string, file: string) => {
      return `${marker}\n${listing(file)}\n`;
    })
    .replace(/(<!-- reference: (\w+) -->\n)[^]*?(?=<!-- end -->)/g, (_all, marker: string, what: string) => {
      return `${marker}\n${sections[what]!(types)}\n`;
    });
}

function listing(file: string): string {
  const language =
    { sh: 'sh', ts: 'ts', yaml: 'yaml', py: 'python', xml: 'xml' }[file.split('.').at(-1)!] ?? '';
  return `\`\`\`${language}\n${readFileSync(join(packageRoot(), file), 'utf8').trimEnd()}\n\`\`\`\n`;
}

const sections: Readonly<Record<string, (types: Types) => string>> = {
  stage: (types) =>
    membersOf(types, 'engine/stage/define.ts', [
      'StageDefinition',
      'PlanContext',
      'StageResult',
      'Probe',
      'ProbeAnswer',
      'Claim',
      'Lease',
    ]),
  platform: (types) =>
    membersOf(types, 'engine/platform/define.ts', [
      'PlatformDefinition',
      'PlatformVerbs',
      'Entry',
      'Farewell',
    ]),
  facts: (types) => facts(types),
  nodes: (types) => membersOf(types, 'engine/model/vnode.ts', ['VNode', 'VInterface', 'ControlAddress']),
  experiment: (types) =>
    membersOf(types, 'engine/model/experiment.ts', [
      'ExperimentFact',
      'RouteTableFact',
      'SwitchFact',
      'PnodeFact',
    ]),
  effects: (types) => effects(types),
  options: (types) => membersOf(types, 'engine/stage/effects.ts', ['EffectOptions', 'Readiness']),
};

function membersOf(types: Types, file: string, names: readonly string[]): string {
  return names
    .map((name) => {
      const type = types.type(file, name);
      const doc = docOf((type.aliasSymbol ?? type.getSymbol())!, types.checker);
      return `**${name}**${doc ? `: ${escaped(doc)}` : ''}\n\n${table(types, type)}`;
    })
    .join('\n\n');
}

/** Those of the engine and of the stages of the experiment and the pnode; a platform's own are its own. */
function facts(types: Types): string {
  const rows = types
    .properties(types.type('engine/stage/facts.ts', 'Facts'))
    .filter(
      ({ symbol }) =>
        !/\/(setup|launch)\/[^/]+\/[^/]+$/.test(symbol.declarations![0]!.getSourceFile().fileName),
    )
    .map(({ name, symbol, doc }) => {
      const node = symbol.declarations![0] as ts.PropertySignature;
      return `| \`${name}\` | \`${oneLine(node.type!.getText())}\` | ${escaped(doc)} |`;
    });
  return ['| fact | type | |', '|---|---|---|', ...rows].join('\n');
}

function effects(types: Types): string {
  const functions = types.properties(types.type('engine/stage/effects.ts', 'effect'));
  return functions
    .map(({ name, type, doc }) => {
      const input = types.checker.getTypeOfSymbol(type.getCallSignatures()[0]!.getParameters()[0]!);
      const known = Object.keys(effectSchemas[name as keyof typeof effectSchemas].shape);
      return `**${name}**: ${escaped(doc)}\n\n${table(types, input, known)}`;
    })
    .join('\n\n');
}

/** A type's members; of a union's members, each once. */
function table(types: Types, type: ts.Type, known?: readonly string[]): string {
  const rows = new Map<string, string>();
  for (const one of type.isUnion() ? type.types : [type]) {
    for (const { name, symbol, optional, doc } of types.properties(one)) {
      const text = textOf(types, symbol);
      if (
        text === 'undefined' ||
        (rows.has(name) && rows.get(name)!.includes('`')) ||
        (known && !known.includes(name))
      )
        continue;
      const needed = optional || type.isUnion() ? '' : ' (needed)';
      rows.set(name, `| \`${name}\`${needed} | \`${text}\` | ${escaped(doc)} |`);
    }
  }
  return ['| | | |', '|---|---|---|', ...rows.values()].join('\n');
}

/** The type as its author wrote it. */
function textOf(types: Types, symbol: ts.Symbol): string {
  const node = symbol.declarations?.[0];
  if (node && ts.isMethodSignature(node)) {
    return oneLine(`(${node.parameters.map((one) => one.getText()).join(', ')}) => ${node.type!.getText()}`);
  }
  const written = node && ts.isPropertySignature(node) ? node.type?.getText() : undefined;
  return oneLine(written ?? types.checker.typeToString(types.checker.getTypeOfSymbol(symbol)));
}

function oneLine(text: string): string {
  return text
    .replace(/\/\*\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll('readonly ', '')
    .trim();
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
