import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes this one started, or that were left to init by it, which the lab should have ended; and links of its own in this network. */
export function leftovers(): string[] {
  const found: string[] = [];
  const own = networkOf("self");
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (command.length < 2) continue;
      const isOurs = command.some((word) => word.includes("/sluice-lab-")) || isChild(pid);
      const elsewhere = networkOf(pid) !== own;
      if (isOurs && pid !== String(process.pid) && (elsewhere || isChild(pid)))
        found.push(`process ${pid} (${command[0] ?? ""})`);
    } catch {
      // it ended while it was looked at
    }
  }
  for (const link of readdirSync("/sys/class/net")) if (/^path[12]$/.test(link)) found.push(`link ${link}`);
  return found;
}

const networkOf = (pid: string): string => readlinkSync(`/proc/${pid}/ns/net`);

function isChild(pid: string): boolean {
  const [, parent = ""] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  return parent === String(process.pid);
}
