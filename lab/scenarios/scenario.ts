import type { Lab } from "../lab.js";
import type { Guest } from "../guest.js";
import type { People } from "../people.js";

/** What a scenario works with. */
export interface On {
  readonly lab: Lab;
  readonly people: People;
  readonly production: Guest;
  /** The host for training and testing; a failover mounts here too. */
  readonly training: Guest;
  /** The host for backup and reporting. */
  readonly backup: Guest;
}

export interface Scenario {
  /** The number the list of scenarios gives it, and what it shows. */
  readonly name: string;
  run(on: On): Promise<void>;
}

/** Says what was expected when it was not so. */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

export function equal(seen: unknown, wanted: unknown, what: string): void {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
  check(a === b, `${what}: ${a}, not ${b}`);
}

export function reads(text: string, wanted: RegExp): void {
  check(wanted.test(text), `nothing reads ${String(wanted)}; it reads:\n${text}`);
}

/** Names and checksums of the files under a mount point, without what the database writes all the time. */
export const sums = (guest: Guest, mount: string): Promise<string> =>
  guest.must(`cd ${mount}; find . -type f ! -path './iris/*' -print0 | sort -z | xargs -0 -r sha256sum`);

/** What of clones a host holds, in the order of its parts. An empty host gives empty lists. */
export async function remains(guest: Guest, not: readonly string[] = []): Promise<Record<string, string[]>> {
  const said = await guest.must(`
    for s in /sys/class/iscsi_session/session*; do [ -e "$s" ] && echo "sessions $(cat "$s/targetname")"; done
    for f in /sys/block/sd*/device/wwid; do [ -e "$f" ] && echo "disks $(cat "$f")"; done
    dmsetup ls --target multipath | awk '!/No devices/ { print "maps " $1 }'
    dmsetup ls | awk '/-/ { print "volumes " $1 }'
    grep -v '^#' /etc/multipath/wwids 2>/dev/null | tr -d / | sed '/^$/d; s/^/known /'
    grep -o 'DEVNAME=[^ ]*' /etc/lvm/devices/system.devices 2>/dev/null | sed 's/^/devices /'
    findmnt -rnt xfs -o TARGET | sed 's/^/mounts /'
    grep -v '^#' /etc/fstab | awk '$2 != "/" { print "fstab " $2 }'
    iscsiadm -m node 2>/dev/null | awk '{ print "records " $2 }' | sort -u
    ls /var/lib/sluice 2>/dev/null | grep -v 'json$' | sed 's/^/notes /'
    find /epic -mindepth 1 -maxdepth 1 -type d 2>/dev/null | sed 's/^/folders /'
    true`);
  const found: Record<string, string[]> = {};
  for (const line of said.split("\n").filter(Boolean)) {
    const [kind = "", what = ""] = line.split(" ");
    if (not.some((each) => what.includes(each))) continue;
    (found[kind] ??= []).push(what);
  }
  return found;
}

/** What the file `changed` says in every night of production's. */
export const night = "as it was at night\n";

export const CVO = "cvo-eastus2";
export const ALI = "ali-ontap-01";

/** Names of the CVO's volumes, igroups and maps: what a clone leaves there if it leaves anything. */
export async function onCvo({ people }: On): Promise<unknown> {
  const names = async (path: string, name: string): Promise<string[]> =>
    (await people.ontap(CVO, path)).records.map((each) => JSON.stringify(each[name])).sort();
  return {
    volumes: await names("/storage/volumes?fields=name", "name"),
    igroups: await names("/protocols/san/igroups?fields=name", "name"),
    maps: await names("/protocols/san/lun-maps?fields=lun.name", "lun"),
  };
}
