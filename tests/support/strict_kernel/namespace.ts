import { nullDevice } from "./device.ts";
import type { OpenMode, Target } from "./open_file.ts";
import type { Process } from "./process.ts";
import { Volume, type VolumeOptions } from "./volume.ts";

/** What a name of a device leads to. */
export interface Device {
  /** Opens it, or refuses by `fail()`. */
  open(mode: OpenMode, process: Process, disposition: number): Target;
}

/** Where names lead: drives, devices, pipes. */
export class Namespace {
  /** By "C:". */
  readonly volumes: Map<string, Volume> = new Map<string, Volume>();
  /** By the name behind `\\.\`, in lower case. */
  readonly devices: Map<string, Device> = new Map<string, Device>();
  #serial = 0x5EED_0000;

  constructor() {
    this.clear();
  }

  /** Makes a drive, empty. */
  mount(drive: string, options?: VolumeOptions): Volume {
    const volume = new Volume(this.#serial++, options);
    this.volumes.set(drive.toUpperCase(), volume);
    return volume;
  }

  /** The names that QueryDosDeviceW knows: drives, devices, and what is no device of its own. */
  dosDevices(): string[] {
    const devices = [...this.devices.keys()].map((name) => name.toUpperCase());
    return [...this.volumes.keys(), ...devices, "GLOBALROOT", "PIPE", "UNC"];
  }

  /** Leaves nothing but an empty drive C: and NUL. */
  clear(): void {
    this.volumes.clear();
    this.devices.clear();
    this.mount("C:");
    this.devices.set("nul", nullDevice());
  }
}
