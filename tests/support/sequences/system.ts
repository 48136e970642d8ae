import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tempFolder } from "../temp_folder.ts";
import { pipeName } from "../pipes.ts";
import { handleMark } from "../handles.ts";
import { CompletionPort } from "../strict_kernel/completion_port.ts";
import { DiskFile } from "../strict_kernel/disk_file.ts";
import { KernelViolation, type StrictKernel } from "../strict_kernel/mod.ts";
import { diagnostics } from "../../../mod.ts";

/** Where sequences of operations run: the strict kernel, or the system itself. */
export interface SequenceSystem extends Disposable {
  /** Whether it does all that Microsoft's pages say. */
  readonly isStrict: boolean;
  /** Makes a new file with a content. Returns its path. */
  newFile(content: Uint8Array): string;
  /** What a file has, not read by way of the module. */
  content(path: string): Uint8Array;
  /** A name that no pipe has. */
  newPipe(): string;
  /** Begins a sequence. The number decides what the system leaves open. */
  begin(seed: number): void;
  /** Ends a sequence: nothing of it may be left. */
  end(): void;
  /** How many handles the process has, or a number that rises and falls with them. */
  handles(): number;
}

/** The strict kernel, with sectors of all kinds. */
export function strictSystem(kernel: StrictKernel): SequenceSystem {
  const sectors = [[512, 512], [512, 4096], [4096, 4096]] as const;
  let files = 0;
  return {
    isStrict: true,
    begin(seed) {
      kernel.reset(seed);
      const [logical, physical] = sectors[seed % sectors.length]!;
      kernel.names.mount("C:", {
        sector: { logical, physical },
        extendsInCall: seed % 2 === 0,
      });
    },
    newFile(content) {
      const path = `C:\\${++files}`;
      kernel.names.volumes.get("C:")!.add(path.slice(2), content);
      return path;
    },
    content(path) {
      const file = kernel.names.volumes.get("C:")!.find(path.slice(2));
      if (file instanceof DiskFile) return file.content;
      throw new KernelViolation(`${path} is no file`);
    },
    newPipe: pipeName,
    end() {
      checkNothingLeft();
      kernel.verify();
    },
    handles: () =>
      [...kernel.handles.entries()]
        .filter(([, object]) => !(object instanceof CompletionPort)).length,
    [Symbol.dispose]() {},
  };
}

/** The system that the runtime runs on. */
export function realSystem(): SequenceSystem {
  const folder = tempFolder();
  let files = 0;
  const paths: string[] = [];
  return {
    isStrict: false,
    begin() {},
    newFile(content) {
      const path = folder.file(`${++files}`);
      paths.push(path);
      writeFileSync(path, content);
      return path;
    },
    content: (path) => readFileSync(path),
    newPipe: pipeName,
    end() {
      checkNothingLeft();
      for (const path of paths.splice(0)) rmSync(path, { force: true });
    },
    handles: handleMark,
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

function checkNothingLeft(): void {
  const { pendingOperations, openFiles } = diagnostics();
  if (pendingOperations > 0 || openFiles > 0) {
    throw new Error(
      `${openFiles} files and ${pendingOperations} operations are left`,
    );
  }
}
