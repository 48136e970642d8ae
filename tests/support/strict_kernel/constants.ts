// What the kernel knows beyond src/constants.ts and src/codes.ts.

export const FILE_ATTRIBUTE_SYSTEM = 0x4;
export const FILE_ATTRIBUTE_ARCHIVE = 0x20;
export const FILE_ATTRIBUTE_DEVICE = 0x40;
export const FILE_EXECUTE = 0x20;
export const FileAttributeTagInfo = 9;
export const READ_CONTROL = 0x0002_0000;
export const WRITE_DAC = 0x0004_0000;
export const SECURITY_DESCRIPTOR_MINIMUM_REVISION = 1;

export const ERROR_INVALID_FUNCTION = 1;
export const ERROR_NOT_READY = 21;
export const ERROR_SECTOR_NOT_FOUND = 27;
export const ERROR_NEGATIVE_SEEK = 131;
export const ERROR_INVALID_NAME = 123;
export const ERROR_INVALID_ADDRESS = 487;
