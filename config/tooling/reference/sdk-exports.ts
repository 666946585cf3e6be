import path from 'node:path';
import ts from 'typescript';

/** One thing that an entry point of the SDK exports. */
export interface SdkExport {
  name: string;
  /** First paragraph of its documentation; empty when it has none. */
  summary: string;
  examples: string[];
  /** As TypeScript, without bodies and comments. A name that is a value and a type has both. */
  declarations: string[];
}

export interface SdkEntry {
  /** `@vitascope/sdk/web` */
  specifier: string;
  exports: SdkExport[];
}

const entries: Record<string, string> = {
  '@vitascope/sdk': 'index.ts',
  '@vitascope/sdk/web': 'web/index.ts',
  '@vitascope/sdk/testing': 'testing/index.ts',
  '@vitascope/sdk/runtime': 'runtime/index.ts',
};

const printer = ts.createPrinter({ removeComments: true, omitTrailingSemicolon: true });
const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** What plugin authors can import, read off the sources. */
export function readSdk(root: string): SdkEntry[] {
  const program = createSdkProgram(root);
  const checker = program.getTypeChecker();
  return Object.entries(entries).map(([specifier, file]) => {
    const source = program.getSourceFile(path.join(root, 'sdk/src', file))!;
    const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
    const exports = symbols.map((symbol) => describe(symbol, checker)).sort((a, b) => (a.name < b.name ? -1 : 1));
    return { specifier, exports };
  });
}

/** A program over the SDK's sources, and over `extra` files that exist only in memory. */
export function createSdkProgram(root: string, extra: ReadonlyMap<string, string> = new Map()): ts.Program {
  const source = path.join(root, 'sdk/src');
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2025.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
    paths: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, [path.join(source, file)]])),
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => extra.has(name) || fileExists(name);
  host.readFile = (name) => extra.get(name) ?? readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const text = extra.get(name);
    return text === undefined
      ? getSourceFile(name, languageVersion, ...rest)
      : ts.createSourceFile(name, text, languageVersion);
  };
  const files = Object.values(entries).map((file) => path.join(source, file));
  return ts.createProgram([...files, ...extra.keys()], options, host);
}

function describe(exported: ts.Symbol, checker: ts.TypeChecker): SdkExport {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const tags = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example');
  return {
    name: exported.name,
    summary: text
      .split('\n\n')[0]!
      .replace(/\s*\n\s*/g, ' ')
      .trim(),
    examples: tags.flatMap((tag) => codeOf(ts.displayPartsToString(tag.text))),
    declarations: [
      ...new Set((symbol.declarations ?? []).map((node) => print(exported.name, { node, symbol, checker }))),
    ],
  };
}

const codeOf = (text: string): string[] => [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);

function print(name: string, o: { node: ts.Declaration; symbol: ts.Symbol; checker: ts.TypeChecker }): string {
  const { node, symbol, checker } = o;
  const source = node.getSourceFile();
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
    return printer.printNode(ts.EmitHint.Unspecified, node, source).replace(/^export /, '');
  }
  if (ts.isClassDeclaration(node)) return printClass(name, node, checker);
  if (ts.isSourceFile(node)) return `const ${name}: the whole of zod 4`;
  const type = checker.typeToString(checker.getTypeOfSymbolAtLocation(symbol, node), node, flags);
  return ts.isFunctionDeclaration(node) ? `function ${name}: ${type}` : `const ${name}: ${type}`;
}

function printClass(name: string, node: ts.ClassDeclaration, checker: ts.TypeChecker): string {
  const members = node.members.filter((member) => member.name && !ts.isPrivateIdentifier(member.name));
  const lines = members.map((member) => {
    const type = checker.typeToString(checker.getTypeAtLocation(member), member, flags);
    return `    ${member.name!.getText()}: ${type}`;
  });
  return `class ${name} {\n${lines.join('\n')}\n}`;
}
