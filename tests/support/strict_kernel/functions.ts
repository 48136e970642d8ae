import { fileFunctions } from "./file_functions.ts";
import { informationFunctions } from "./information_functions.ts";
import type { KernelFunction } from "./kernel.ts";
import { portFunctions } from "./port_functions.ts";
import { systemFunctions } from "./system_functions.ts";
import { transferFunctions } from "./transfer_functions.ts";

/** All functions of kernel32 and ntdll that the kernel has, by name. */
export const FUNCTIONS: Readonly<Record<string, KernelFunction>> = {
  ...fileFunctions,
  ...informationFunctions,
  ...portFunctions,
  ...systemFunctions,
  ...transferFunctions,
};
