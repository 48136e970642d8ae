import { READ_CONTROL } from "../../../src/win32/constants.ts";
import {
  SECURITY_DESCRIPTOR_MINIMUM_REVISION,
  WRITE_DAC,
} from "./constants.ts";
import { ERROR_ACCESS_DENIED } from "../../../src/errors/codes.ts";
import type { FakeMemory } from "../fake_memory.ts";
import { fail, KernelViolation } from "./failure.ts";

/** Who makes the calls: a process and its user. */
export interface Process {
  readonly id: number;
  /** The owner in its token. */
  readonly user: string;
}

/** The process of the tests, unless they play another. */
export const THIS_PROCESS: Process = {
  id: 4321,
  user: "S-1-5-21-11-22-33-1001",
};

/** Another user's process. */
export const FOREIGN_PROCESS: Process = {
  id: 5678,
  user: "S-1-5-21-11-22-33-1002",
};

export const EVERYONE = "S-1-1-0";

/** An ACCESS_ALLOWED_ACE or an ACCESS_DENIED_ACE. */
export interface AccessEntry {
  readonly allows: boolean;
  readonly sid: string;
  readonly mask: number;
}

/** What a SECURITY_DESCRIPTOR says. */
export interface SecurityDescriptor {
  readonly owner: string;
  /** Whether entries of the folder above are kept out. */
  readonly isProtected: boolean;
  readonly entries: readonly AccessEntry[];
}

/** Without a descriptor, others may read: https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights */
export function defaultSecurity({ user }: Process): SecurityDescriptor {
  return {
    owner: user,
    isProtected: false,
    entries: [
      { allows: true, sid: user, mask: 0x001F_01FF },
      { allows: true, sid: EVERYONE, mask: 0x0012_0089 },
    ],
  };
}

/**
 * AccessCheck: entries count in their order. The owner may always read and change the descriptor.
 * https://learn.microsoft.com/windows/win32/secauthz/how-dacls-control-access-to-an-object
 */
export function checkAccess(
  security: SecurityDescriptor,
  { user }: Process,
  desired: number,
): void {
  let wanted = desired;
  if (security.owner === user) wanted &= ~(READ_CONTROL | WRITE_DAC);
  for (const { allows, sid, mask } of security.entries) {
    if (sid !== user && sid !== EVERYONE) continue;
    if (!allows && (wanted & mask) !== 0) fail(ERROR_ACCESS_DENIED);
    if (allows) wanted &= ~mask;
  }
  if (wanted !== 0) fail(ERROR_ACCESS_DENIED);
}

/** Reads a SECURITY_ATTRIBUTES: https://learn.microsoft.com/windows/win32/api/wtypesbase/ns-wtypesbase-security_attributes */
export function readSecurity(
  memory: FakeMemory,
  address: bigint,
): SecurityDescriptor {
  const attributes = memory.view(address, 24);
  if (attributes.getUint32(0, true) !== 24) {
    throw new KernelViolation("nLength of a SECURITY_ATTRIBUTES must be 24");
  }
  const at = attributes.getBigUint64(8, true);
  const header = memory.view(at, 20);
  const control = header.getUint16(2, true);
  // SE_SELF_RELATIVE | SE_DACL_PRESENT
  if (
    header.getUint8(0) !== SECURITY_DESCRIPTOR_MINIMUM_REVISION ||
    (control & 0x8004) !== 0x8004
  ) {
    throw new KernelViolation(
      "the strict kernel knows self-relative descriptors with a list",
    );
  }
  const aclAt = at + BigInt(header.getUint32(16, true));
  const acl = memory.view(aclAt, 8);
  const size = acl.getUint16(2, true);
  const entries: AccessEntry[] = [];
  let offset = 8;
  for (let i = acl.getUint16(4, true); i > 0; i--) {
    const ace = memory.view(aclAt + BigInt(offset), 8);
    const sid = readSid(memory, aclAt + BigInt(offset + 8));
    const type = ace.getUint8(0);
    const length = ace.getUint16(2, true);
    if (type > 1 || length !== 8 + writeSid(sid).length) {
      throw new KernelViolation("an entry of a list is malformed");
    }
    entries.push({ allows: type === 0, sid, mask: ace.getUint32(4, true) });
    offset += length;
  }
  if (offset !== size) throw new KernelViolation("a list has another size");
  const ownerAt = header.getUint32(4, true);
  return {
    owner: ownerAt === 0 ? "" : readSid(memory, at + BigInt(ownerAt)),
    isProtected: (control & 0x1000) !== 0,
    entries,
  };
}

/** https://learn.microsoft.com/windows/win32/secauthz/sid-components */
export function readSid(memory: FakeMemory, address: bigint): string {
  const view = memory.view(address, 8);
  let sid = `S-${view.getUint8(0)}-${view.getUint32(4)}`;
  for (let i = 0; i < view.getUint8(1); i++) {
    const at = address + BigInt(8 + 4 * i);
    sid += `-${memory.view(at, 4).getUint32(0, true)}`;
  }
  return sid;
}

/** The bytes of a SID. */
export function writeSid(sid: string): Uint8Array {
  const [revision = 0, authority = 0, ...authorities] = sid.slice(2).split("-")
    .map(
      Number,
    );
  const bytes = new Uint8Array(8 + 4 * authorities.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, revision);
  view.setUint8(1, authorities.length);
  view.setUint32(4, authority);
  authorities.forEach((part, index) =>
    view.setUint32(8 + 4 * index, part, true)
  );
  return bytes;
}

/** The bytes of a self-relative descriptor. */
export function writeDescriptor(
  { owner, entries, isProtected }: SecurityDescriptor,
): Uint8Array {
  const sid = owner === "" ? new Uint8Array(0) : writeSid(owner);
  const aces = entries.map(({ allows, sid, mask }) => {
    const bytes = writeSid(sid);
    const ace = new Uint8Array(8 + bytes.length);
    const view = new DataView(ace.buffer);
    view.setUint8(0, allows ? 0 : 1);
    view.setUint16(2, ace.length, true);
    view.setUint32(4, mask, true);
    ace.set(bytes, 8);
    return ace;
  });
  const aclAt = 20 + sid.length;
  const aclSize = aces.reduce((sum, { length }) => sum + length, 8);
  const bytes = new Uint8Array(aclAt + aclSize);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint16(2, isProtected ? 0x9004 : 0x8004, true);
  view.setUint32(4, owner === "" ? 0 : 20, true);
  view.setUint32(16, aclAt, true);
  bytes.set(sid, 20);
  view.setUint8(aclAt, 2);
  view.setUint16(aclAt + 2, aclSize, true);
  view.setUint16(aclAt + 4, aces.length, true);
  let at = aclAt + 8;
  for (const ace of aces) {
    bytes.set(ace, at);
    at += ace.length;
  }
  return bytes;
}
