import { join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../engine/config/package-root.ts';

/** The project's types, and what their authors say of them. */
export interface Types {
  readonly checker: ts.TypeChecker;
  /** An exported interface, type or constant of a file. */
  type(file: string, name: string): ts.Type;
  /** A property's type without `undefined`, and what is said of it. */
  properties(type: ts.Type): readonly Property[];
}

export interface Property {
  readonly name: string;
  readonly type: ts.Type;
  readonly optional: boolean;
  readonly doc: string;
  readonly symbol: ts.Symbol;
}

/** Reads the engine, and the stages that add facts. */
export function readTypes(): Types {
  const root = packageRoot();
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )!;
  const files = config.fileNames.filter((file) => /\/(engine|setup|launch)\//.test(file));
  const program = ts.createProgram(files, config.options);
  const checker = program.getTypeChecker();
  const type: Types['type'] = (file, name) => {
    const source = program.getSourceFile(join(root, file))!;
    const symbol = checker
      .getExportsOfModule(checker.getSymbolAtLocation(source)!)
      .find((one) => one.name === name)!;
    const isType = (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) !== 0;
    return isType ? checker.getDeclaredTypeOfSymbol(symbol) : checker.getTypeOfSymbol(symbol);
  };
  const properties: Types['properties'] = (of) =>
    checker.getPropertiesOfType(of).map((symbol) => ({
      name: symbol.name,
      type: checker.getNonNullableType(checker.getTypeOfSymbol(symbol)),
      optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
      doc: docOf(symbol, checker),
      symbol,
    }));
  return { checker, type, properties };
}

/** What is said of a symbol, as one line. */
export function docOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim();
}
