import { fileFunctions } from "./file_functions.ts";
import { commFunctions } from "./comm_functions.ts";
import { deviceFunctions } from "./device_functions.ts";
import { informationFunctions } from "./information_functions.ts";
import type { KernelFunction } from "./kernel.ts";
import { pipeFunctions } from "./pipe_functions.ts";
import { portFunctions } from "./port_functions.ts";
import { securityFunctions } from "./security_functions.ts";
import { systemFunctions } from "./system_functions.ts";
import { transferFunctions } from "./transfer_functions.ts";

/** All functions of kernel32 and ntdll that the kernel has, by name. */
export const FUNCTIONS: Readonly<Record<string, KernelFunction>> = {
  ...fileFunctions,
  ...commFunctions,
  ...deviceFunctions,
  ...informationFunctions,
  ...pipeFunctions,
  ...portFunctions,
  ...securityFunctions,
  ...systemFunctions,
  ...transferFunctions,
};
