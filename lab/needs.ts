import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A program the lab needs and the Debian package it is in. */
const programs: readonly (readonly [string, string])[] = [
  ["qemu-system-x86_64", "qemu-system-x86"],
  ["qemu-img", "qemu-utils"],
  ["mmdebstrap", "mmdebstrap"],
  ["tgtd", "tgt"],
  ["busybox", "busybox-static"],
  ["mke2fs", "e2fsprogs"],
  ["ssh-keygen", "openssh-client"],
  ["ip", "iproute2"],
  ["modprobe", "kmod"],
  ["cpio", "cpio"],
  ["socat", "socat"],
  ["setpriv", "util-linux"],
  ["nsenter", "util-linux"],
];

function isThere(program: string): boolean {
  const folders = `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const missingPackages = (): string[] => [
  ...new Set(programs.filter(([program]) => !isThere(program)).map(([, name]) => name)),
];

/** Why the lab cannot run here at all; undefined when it can, or when what lacks can be installed. */
export function obstacle(): string | undefined {
  if (process.platform !== "linux") return "The lab needs Linux: its guests' networks are Linux namespaces.";
  if (process.getuid?.() !== 0)
    return "The lab needs root: it makes network namespaces and taps, and runs tgtd. Run it with sudo, or in a container that may (--privileged, or --cap-add NET_ADMIN,SYS_ADMIN --device /dev/net/tun).";
  if (!existsSync("/dev/net/tun"))
    return "The lab needs /dev/net/tun, which is not here. Load the module tun, or give the container --device /dev/net/tun.";
  const missing = missingPackages();
  if (missing.length > 0 && !isThere("apt-get"))
    return `The lab needs ${missing.join(", ")} (Debian's names of the packages), and there is no apt-get to install them with.`;
  return undefined;
}

/** Installs what is missing, from Debian, without starting services. Says what it does. */
export async function install(say: (line: string) => void): Promise<void> {
  const missing = missingPackages();
  if (missing.length === 0) return;
  say(`Installing ${missing.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const lock = ["-qq", "-o", "DPkg::Lock::Timeout=300"];
  await run("apt-get", [...lock, "update"], { env });
  await run("apt-get", [...lock, "-y", "install", "--no-install-recommends", ...missing], { env, maxBuffer: 2 ** 26 });
}
