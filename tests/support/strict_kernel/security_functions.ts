import { READ_CONTROL } from "../../../src/win32/constants.ts";
import { ERROR_INVALID_PARAMETER } from "../../../src/errors/codes.ts";
import { DiskFile } from "./disk_file.ts";
import { fail, KernelViolation } from "./failure.ts";
import type { KernelFunction, StrictKernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import { PipeEnd } from "./pipe.ts";
import {
  type AccessEntry,
  EVERYONE,
  type SecurityDescriptor,
  writeDescriptor,
  writeSid,
} from "./process.ts";
import { STATUS_ACCESS_DENIED, STATUS_BUFFER_TOO_SMALL } from "./status.ts";
import { readText } from "./texts.ts";
import { u32 } from "./words.ts";

/** What NtOpenProcessToken opens. */
class Token {
  close(): void {}
}

const CURRENT_PROCESS = 0xFFFF_FFFF_FFFF_FFFFn;
const TOKEN_QUERY = 8;
const TokenOwner = 4;
const OWNER_SECURITY_INFORMATION = 1;
const DACL_SECURITY_INFORMATION = 4;

/** What files take from their folder. */
const FOLDER_SECURITY: SecurityDescriptor = {
  owner: "",
  isProtected: false,
  entries: [{ allows: true, sid: EVERYONE, mask: 0x001F_01FF }],
};

/** Copies an answer, if it fits. Returns the status. */
function give(
  kernel: StrictKernel,
  bytes: Uint8Array,
  [address, length, needed]: readonly bigint[],
): bigint {
  kernel.memory.view(needed!, 4).setUint32(0, bytes.length, true);
  if (bytes.length > u32(length!)) return BigInt(STATUS_BUFFER_TOO_SMALL);
  const { buffer, byteOffset } = kernel.memory.view(address!, bytes.length);
  new Uint8Array(buffer, byteOffset, bytes.length).set(bytes);
  return 0n;
}

/** https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntqueryinformationtoken */
function queryToken(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [token, what, address, length, needed] = words;
  kernel.handles.get(token!, Token);
  if (u32(what!) !== TokenOwner) {
    throw new KernelViolation("the strict kernel knows the owner of a token");
  }
  const sid = writeSid(kernel.process.user);
  const bytes = new Uint8Array(8 + sid.length);
  new DataView(bytes.buffer).setBigUint64(0, address! + 8n, true);
  bytes.set(sid, 8);
  return give(kernel, bytes, [address!, length!, needed!]);
}

/** https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntquerysecurityobject */
function querySecurity(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [handle, what, address, length, needed] = words;
  const open = kernel.handles.get(handle!, OpenFile);
  if (
    u32(what!) === DACL_SECURITY_INFORMATION && open.target instanceof DiskFile
  ) {
    if (!open.may(READ_CONTROL)) return BigInt(STATUS_ACCESS_DENIED);
    const { security = FOLDER_SECURITY } = open.target;
    const bytes = writeDescriptor({ ...security, owner: "" });
    return give(kernel, bytes, [address!, length!, needed!]);
  }
  if (
    u32(what!) !== OWNER_SECURITY_INFORMATION ||
    !(open.target instanceof PipeEnd)
  ) throw new KernelViolation("the strict kernel knows the owners of pipes");
  if (!open.may(READ_CONTROL)) return BigInt(STATUS_ACCESS_DENIED);
  const { owner } = open.target.instance.name.security;
  const sid = writeSid(owner);
  const bytes = new Uint8Array(20 + sid.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint16(2, 0x8000, true);
  view.setUint32(4, 20, true);
  bytes.set(sid, 20);
  return give(kernel, bytes, [address!, length!, needed!]);
}

/** Entries of files that allow or deny: https://learn.microsoft.com/windows/win32/secauthz/ace-strings */
const ACE = /\((A|D);;(FA|FR|FW|0x[0-9a-f]+);;;(WD|OW|BA|S-1-[\d-]+)\)/gi;
const DESCRIPTOR = /^D:(P?)((?:\([^()]*\))*)$/i;
const RIGHTS: Readonly<Record<string, number>> = {
  FA: 0x001F_01FF,
  FR: 0x0012_0089,
  FW: 0x0012_0116,
};

/** https://learn.microsoft.com/windows/win32/api/sddl/nf-sddl-convertstringsecuritydescriptortosecuritydescriptorw */
function convertText(kernel: StrictKernel, ...words: bigint[]): bigint {
  const [text, revision, result, size] = words;
  if (u32(revision!) !== 1) fail(ERROR_INVALID_PARAMETER);
  const sddl = readText(kernel.memory, text!);
  const [, flag, list] = DESCRIPTOR.exec(sddl) ?? fail(ERROR_INVALID_PARAMETER);
  const sids: Readonly<Record<string, string>> = {
    WD: EVERYONE,
    BA: "S-1-5-32-544",
    OW: kernel.process.user,
  };
  const entries = Array.from(
    list!.matchAll(ACE),
    ([, type, right, sid]): AccessEntry => ({
      allows: type === "A",
      sid: sids[sid!] ?? sid!,
      mask: RIGHTS[right!] ?? Number(right),
    }),
  );
  if (list!.replaceAll(ACE, "") !== "") fail(ERROR_INVALID_PARAMETER);
  const bytes = writeDescriptor({
    owner: "",
    isProtected: flag === "P",
    entries,
  });
  const address = kernel.memory.allocate(bytes.length);
  const { buffer, byteOffset } = kernel.memory.view(address, bytes.length);
  new Uint8Array(buffer, byteOffset, bytes.length).set(bytes);
  kernel.memory.view(result!, 8).setBigUint64(0, address, true);
  kernel.memory.view(size!, 4).setUint32(0, bytes.length, true);
  kernel.localMemory.add(address);
  return 1n;
}

export const securityFunctions: Readonly<Record<string, KernelFunction>> = {
  ConvertStringSecurityDescriptorToSecurityDescriptorW: convertText,
  // https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-localfree
  LocalFree(kernel, address) {
    if (!kernel.localMemory.delete(address!)) {
      throw new KernelViolation("LocalFree frees what was not allocated");
    }
    kernel.memory.free(address!);
    return 0n;
  },
  NtClose(kernel, handle) {
    kernel.handles.close(handle!);
    return 0n;
  },
  NtOpenProcessToken(kernel, process, access, result) {
    if (process !== CURRENT_PROCESS || u32(access!) !== TOKEN_QUERY) {
      throw new KernelViolation("the strict kernel opens its own token");
    }
    const token = kernel.handles.open(new Token());
    kernel.memory.view(result!, 8).setBigUint64(0, token, true);
    return 0n;
  },
  NtQueryInformationToken: queryToken,
  NtQuerySecurityObject: querySecurity,
};
