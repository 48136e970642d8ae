// What users can ask of the module, each once: what it takes, and what shows that all is well after it.

import { connectionOperations } from "./connection_operations.ts";
import { fileOperations } from "./file_operations.ts";
import { memoryOperations, messageOperations } from "./memory_operations.ts";
import { handleOperations, openingOperations } from "./opening_operations.ts";
import type { MatrixOperation } from "./operation.ts";
import { pipeOperations } from "./pipe_operations.ts";
import { serialOperations } from "./serial_operations.ts";
import { volumeOperations } from "./volume_operations.ts";
import { wholeFileOperations } from "./whole_file_operations.ts";

/** All operations. */
export function matrixOperations(): MatrixOperation[] {
  return [
    ...openingOperations(),
    ...fileOperations(),
    ...wholeFileOperations(),
    ...pipeOperations(),
    ...connectionOperations(),
    ...volumeOperations(),
    ...serialOperations(),
    ...memoryOperations(),
    ...messageOperations(),
    // The last ones leave their port open.
    ...handleOperations(),
  ];
}
