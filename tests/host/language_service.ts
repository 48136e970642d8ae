// What an editor shows while a program is written: TypeScript's language service.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript-lowest";

/** Questions about a program, asked at its end. */
export interface LanguageService {
  /** The signature of the function whose arguments begin there. */
  signatureHelp(program: string): {
    readonly text: string;
    readonly documentation: string;
    readonly see: string;
  };
  /** What is shown for the name that ends there. */
  hover(program: string): {
    readonly text: string;
    readonly documentation: string;
    /** The names of the tags: "throws". */
    readonly tags: readonly string[];
  };
  /** The compiler's messages on all of it. */
  messages(program: string): readonly string[];
}

/** Makes a language service for a program in a project. */
export function languageService(project: string): LanguageService {
  const file = join(project, "edited.ts").replaceAll("\\", "/");
  let program = "";
  let version = 0;
  const read = (path: string) =>
    existsSync(path) ? readFileSync(path, "utf8") : undefined;
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getScriptFileNames: () => [file],
    getScriptVersion: (path) => path === file ? String(version) : "0",
    getScriptSnapshot: (path) => {
      const text = path === file ? program : read(path);
      return text === undefined
        ? undefined
        : ts.ScriptSnapshot.fromString(text);
    },
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile: (path) => path === file ? program : read(path),
    getCurrentDirectory: () => project,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getCompilationSettings: () => ({
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts"],
      types: [],
      strict: true,
    }),
  });
  const edit = (text: string) => {
    program = text;
    version++;
    return text.length;
  };
  const plain = ts.displayPartsToString;
  return {
    signatureHelp(text) {
      const help = service.getSignatureHelpItems(file, edit(text), {});
      if (help === undefined) throw new Error("There is no signature help");
      const item = help.items[help.selectedItemIndex]!;
      const parameters = item.parameters.map((each) =>
        plain(each.displayParts)
      );
      const see = item.tags.find(({ name }) => name === "see");
      return {
        text: plain(item.prefixDisplayParts) + parameters.join(", ") +
          plain(item.suffixDisplayParts),
        documentation: plain(item.documentation),
        see: plain(see?.text),
      };
    },
    hover(text) {
      const info = service.getQuickInfoAtPosition(file, edit(text) - 1);
      if (info === undefined) throw new Error("There is nothing to show");
      return {
        text: plain(info.displayParts),
        documentation: plain(info.documentation),
        tags: info.tags?.map(({ name }) => name) ?? [],
      };
    },
    messages(text) {
      edit(text);
      return service.getSemanticDiagnostics(file)
        .map(({ messageText }) =>
          ts.flattenDiagnosticMessageText(messageText, "\n")
        );
    },
  };
}
