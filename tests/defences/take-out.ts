import ts from 'typescript';
import type { Defence } from './defence.js';

/** The source without the defence. */
export function takeOut(source: string, { guarantee, file, find, replace }: Defence): string {
  const parts = source.split(find);
  if (parts.length !== 2) {
    throw new Error(`${file} has this ${parts.length - 1} times and not once: ${find}`);
  }
  if (find === replace) throw new Error(`Nothing is taken out: ${guarantee}`);
  return parts.join(replace);
}

/** One module, as `npm run build` compiles it, without a look at its types. */
export function compile(source: string, path: string): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ES2022, // nodenext would look for the package.json of each file
      verbatimModuleSyntax: true,
    },
    fileName: path,
    reportDiagnostics: true,
  });
  const [fault] = diagnostics;
  if (fault === undefined) return outputText;
  throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(fault.messageText, '\n')}`);
}
