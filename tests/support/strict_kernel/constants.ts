// What the kernel knows beyond src/win32/constants.ts and src/errors/codes.ts.

export const FILE_ATTRIBUTE_SYSTEM = 0x4;
export const FILE_ATTRIBUTE_ARCHIVE = 0x20;
export const FILE_EXECUTE = 0x20;
export const WRITE_DAC = 0x0004_0000;
export const SECURITY_DESCRIPTOR_MINIMUM_REVISION = 1;

export const ERROR_NEGATIVE_SEEK = 131;
export const ERROR_INVALID_ADDRESS = 487;
