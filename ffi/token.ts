/**
 * Who owns what: security identifiers (SIDs), asked of ntdll, whose functions
 * return their status and set no last error.
 *
 * @module
 */
import type { WordFunction } from "./backend.ts";
import type { Handle } from "./handle.ts";
import { type NativeCell, thread } from "./thread.ts";

/** An answer: the SID, if the NTSTATUS is 0. */
export interface OwnerAnswer {
  /** The function that gave it. */
  readonly syscall: string;
  /** The NTSTATUS. */
  readonly status: number;
  /** The bytes of the SID. */
  readonly sid: Uint8Array<ArrayBuffer>;
}

const FUNCTIONS = {
  NtClose: 1,
  NtOpenProcessToken: 3,
  NtQueryInformationToken: 5,
  NtQuerySecurityObject: 5,
} as const;

const CURRENT_PROCESS = 0xFFFF_FFFF_FFFF_FFFFn;
const TOKEN_QUERY = 8n;
/** TOKEN_INFORMATION_CLASS */
const TokenOwner = 4n;
const OWNER_SECURITY_INFORMATION = 1n;
const DACL_SECURITY_INFORMATION = 4n;

/** Where the native cell has what functions write to. */
const HANDLE_AT = 0;
const LENGTH_AT = 8;
const ANSWER_AT = 16;
/** A SID has at most 68 bytes; a TOKEN_OWNER and a descriptor, 20 more. */
const ANSWER_LENGTH = 112n;
/** Where a SECURITY_DESCRIPTOR_RELATIVE has the offset of its owner. */
const OWNER_OFFSET_AT = 4;

let functions: Record<keyof typeof FUNCTIONS, WordFunction> | undefined;
let cell: NativeCell | undefined;

/**
 * Asks who owns what this process creates: TOKEN_OWNER of its token.
 *
 * https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-token_owner
 */
export function ownerOfToken(): OwnerAnswer {
  const ntdll = bound();
  const { address, view } = memory();
  const status = word(
    ntdll.NtOpenProcessToken(CURRENT_PROCESS, TOKEN_QUERY, address),
  );
  if (status !== 0) return answer("NtOpenProcessToken", status);
  const token = view.getBigUint64(HANDLE_AT, true);
  const queried = word(ntdll.NtQueryInformationToken(
    token,
    TokenOwner,
    address + BigInt(ANSWER_AT),
    ANSWER_LENGTH,
    address + BigInt(LENGTH_AT),
  ));
  ntdll.NtClose(token);
  if (queried !== 0) return answer("NtQueryInformationToken", queried);
  const sid = view.getBigUint64(ANSWER_AT, true) - address;
  return answer("NtQueryInformationToken", 0, Number(sid));
}

/**
 * Asks who owns the object of a handle, which must have READ_CONTROL access.
 *
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntquerysecurityobject
 */
export function ownerOfObject(handle: Handle): OwnerAnswer {
  const { address, view } = memory();
  const status = word(
    bound().NtQuerySecurityObject(
      handle,
      OWNER_SECURITY_INFORMATION,
      address + BigInt(ANSWER_AT),
      ANSWER_LENGTH,
      address + BigInt(LENGTH_AT),
    ),
  );
  if (status !== 0) return answer("NtQuerySecurityObject", status);
  const offset = view.getUint32(ANSWER_AT + OWNER_OFFSET_AT, true);
  const at = offset === 0 ? undefined : ANSWER_AT + offset;
  return answer("NtQuerySecurityObject", 0, at);
}

/**
 * Asks for the access rights of the object of a handle, which must have
 * READ_CONTROL access: a self-relative descriptor.
 *
 * @param address Native memory for the descriptor.
 * @returns The NTSTATUS.
 *
 * https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/nf-ntifs-ntquerysecurityobject
 */
export function queryDacl(
  handle: Handle,
  address: bigint,
  length: number,
): number {
  return word(
    bound().NtQuerySecurityObject(
      handle,
      DACL_SECURITY_INFORMATION,
      address,
      BigInt(length),
      memory().address + BigInt(LENGTH_AT),
    ),
  );
}

function bound(): Record<keyof typeof FUNCTIONS, WordFunction> {
  return functions ??= thread().backend.bind("ntdll.dll", FUNCTIONS);
}

function memory(): NativeCell {
  return cell ??= thread().cell();
}

function word(status: bigint): number {
  return Number(BigInt.asUintN(32, status));
}

/** @param at Where the SID begins in the cell; an empty one if left out. */
function answer(syscall: string, status: number, at?: number): OwnerAnswer {
  return { syscall, status, sid: at === undefined ? NO_SID : sidAt(at) };
}

const NO_SID = /* @__PURE__ */ new Uint8Array(0);

/** "SID": a revision, the count of sub-authorities, 6 bytes, 4 for each. */
function sidAt(at: number): Uint8Array<ArrayBuffer> {
  const { view } = memory();
  const length = 8 + 4 * view.getUint8(at + 1);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = view.getUint8(at + i);
  return bytes;
}
