/**
 * Who may open a pipe: security descriptors.
 *
 * @module
 */
import type { Handle } from "../../ffi/handle.ts";
import { descriptorOf } from "../../ffi/sddl.ts";
import {
  type OwnerAnswer,
  ownerOfObject,
  ownerOfToken,
} from "../../ffi/token.ts";
import { ERROR_ACCESS_DENIED } from "../errors/codes.ts";
import { codeOfStatus } from "../errors/status.ts";
import { Win32Error } from "../errors/win32_error.ts";
import {
  DESCRIPTOR_AT,
  securityAttributesFor,
} from "../file/security_attributes.ts";
import type { AlignedBuffer } from "../memory/aligned_buffer.ts";
import type { PipeAccess } from "./options.ts";

/** All rights to a pipe, that to create instances of it included. */
const FILE_ALL_ACCESS = 0x001F_01FF;
/**
 * FILE_GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES.
 * FILE_GENERIC_WRITE would have FILE_APPEND_DATA, too, which is
 * FILE_CREATE_PIPE_INSTANCE: the right to pose as the server. Clients that ask
 * for GENERIC_WRITE are let in without it.
 * https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights
 */
const READ_AND_WRITE = 0x0012_019B;

/** S-1-1-0 */
const EVERYONE: readonly number[] = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];

const DESCRIPTOR_HEADER_SIZE = 20;
const ACL_HEADER_SIZE = 8;
const ACE_HEADER_SIZE = 8;
const ACL_REVISION = 2;
/** SE_SELF_RELATIVE | SE_DACL_PROTECTED | SE_DACL_PRESENT */
const CONTROL = 0x9004;

/**
 * Makes a SECURITY_ATTRIBUTES in native memory.
 *
 * @throws {Win32Error} If the text of a descriptor is wrong, and others.
 */
export function securityAttributes(access: PipeAccess): AlignedBuffer {
  const descriptor = descriptorFor(access);
  const memory = securityAttributesFor(descriptor.length);
  memory.bytes.set(descriptor, DESCRIPTOR_AT);
  return memory;
}

/**
 * Refuses a pipe that belongs to another user than what this process creates,
 * as .NET does with `PipeOptions.CurrentUserOnly`.
 *
 * @throws {Win32Error} ERROR_ACCESS_DENIED.
 */
export function checkOwner(pipe: Handle, path: string): void {
  const owner = sidOf(ownerOfObject(pipe), path);
  const own = sidOf(ownerOfToken(), path);
  const isSame = owner.length === own.length &&
    owner.every((byte, index) => byte === own[index]);
  if (isSame) return;
  throw new Win32Error("NtQuerySecurityObject", ERROR_ACCESS_DENIED, {
    path,
    hint: `The pipe belongs to ${textOf(owner)} and not to ${textOf(own)}, ` +
      'the current user: another program may pose as the server. server: "any" ' +
      "connects to it all the same.",
  });
}

function descriptorFor(access: PipeAccess): Uint8Array {
  if (typeof access === "object") return descriptorOfText(access.sddl);
  const owner = sidOf(ownerOfToken());
  const entries: Entry[] = [{ sid: owner, mask: FILE_ALL_ACCESS }];
  if (access === "everyone") {
    entries.push({ sid: EVERYONE, mask: READ_AND_WRITE });
  }
  return selfRelative(owner, entries);
}

function descriptorOfText(sddl: string): Uint8Array {
  const descriptor = descriptorOf(sddl);
  if (descriptor !== undefined) return descriptor;
  throw Win32Error.last(
    "ConvertStringSecurityDescriptorToSecurityDescriptorW",
    {
      hint: `allow.sddl must be a security descriptor: got ${
        JSON.stringify(sddl)
      }`,
    },
  );
}

function sidOf(
  { syscall, status, sid }: OwnerAnswer,
  path?: string,
): Uint8Array {
  if (status === 0) return sid;
  throw new Win32Error(syscall, codeOfStatus(status), { path });
}

/** An ACCESS_ALLOWED_ACE: who, and what they may do. */
interface Entry {
  readonly sid: ArrayLike<number>;
  readonly mask: number;
}

/**
 * Makes a descriptor with an owner and a protected list of who may do what.
 *
 * https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-security_descriptor
 * https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-acl
 */
function selfRelative(
  owner: Uint8Array,
  entries: readonly Entry[],
): Uint8Array {
  const aclAt = DESCRIPTOR_HEADER_SIZE + owner.length;
  const aclSize = entries.reduce(
    (size, { sid }) => size + ACE_HEADER_SIZE + sid.length,
    ACL_HEADER_SIZE,
  );
  const bytes = new Uint8Array(aclAt + aclSize);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1); // Revision
  view.setUint16(2, CONTROL, true);
  view.setUint32(4, DESCRIPTOR_HEADER_SIZE, true); // OffsetOwner
  view.setUint32(16, aclAt, true); // OffsetDacl
  bytes.set(owner, DESCRIPTOR_HEADER_SIZE);
  view.setUint8(aclAt, ACL_REVISION);
  view.setUint16(aclAt + 2, aclSize, true);
  view.setUint16(aclAt + 4, entries.length, true);
  let at = aclAt + ACL_HEADER_SIZE;
  for (const { sid, mask } of entries) {
    const size = ACE_HEADER_SIZE + sid.length;
    view.setUint16(at + 2, size, true);
    view.setUint32(at + 4, mask, true);
    bytes.set(sid, at + ACE_HEADER_SIZE);
    at += size;
  }
  return bytes;
}

/** The string form of a SID: "S-1-5-18". */
function textOf(sid: Uint8Array): string {
  if (sid.length < 8) return "nothing that has an owner";
  const view = new DataView(sid.buffer, sid.byteOffset, sid.length);
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4);
  let text = `S-${sid[0]}-${authority}`;
  for (let at = 8; at < sid.length; at += 4) {
    text += `-${view.getUint32(at, true)}`;
  }
  return text;
}
