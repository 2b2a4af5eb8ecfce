import { HostUnreachable, type Hosts, type HostRun, type ShownHost } from "../sim/host/index.js";
import type { Ran } from "./agent.js";
import type { Guest } from "./guest.js";

/** The guests as the Azure simulator knows hosts: scripts really run, and what a virtual host can be told to pretend has to be done for real. */
export function guestHosts(guests: readonly Guest[]): Hosts {
  const get = (name: string): Guest => {
    const found = guests.find((each) => each.name === name);
    if (!found) throw new Error(`no guest ${name} in the lab`);
    return found;
  };
  const begin: NonNullable<Hosts["begin"]> = (name, script, env, limitMs) => {
    const stop = new AbortController();
    const at = Date.now();
    const done = get(name)
      .run(script, { env, limitMs, signal: stop.signal })
      .then((ran) => toRun(ran, Date.now() - at));
    done.catch(() => undefined);
    return { done, kill: () => stop.abort() };
  };
  const unsupported = (what: string): never => {
    throw new Error(`${what}: a guest of the lab does only what is done to it; act on the guest itself`);
  };
  return {
    begin,
    run: (name, script, env = {}) => {
      if (!get(name).isOn) return Promise.reject(new HostUnreachable(name));
      return begin(name, script, env, 90 * 60_000).done;
    },
    state: () => ({ hosts: {} }),
    look: async () => ({
      hosts: Object.fromEntries(
        await Promise.all(guests.map(async (guest) => [guest.name, await look(guest)] as const)),
      ),
    }),
    snapshot: () => ({}),
    settle: () => Promise.resolve(),
    names: () => guests.map((each) => each.name),
    power: (name) => (get(name).isOn ? "on" : "off"),
    setPower: async (name, power) => {
      const guest = get(name);
      if ((power === "on") === guest.isOn) return;
      await (power === "on" ? guest.start() : guest.powerOff());
    },
    reboot: (name) => get(name).reset(),
    agentIsReady: (name) => get(name).isOn,
    fault: () => unsupported("a fault"),
    clearFaults: () => undefined,
    openFile: () => unsupported("opening a file"),
    closeFile: () => unsupported("closing a file"),
    readFile: async (name, path) => {
      const ran = await get(name).run('cat -- "$FILE"', { env: { FILE: path } });
      return ran.exitCode === 0 ? ran.stdout : undefined;
    },
    writeFile: async (name, path, text) => {
      await get(name).must('mkdir -p "${FILE%/*}"; printf %s "$TEXT" >"$FILE"', { env: { FILE: path, TEXT: text } });
    },
    reset: () => unsupported("a reset"),
    save: () => unsupported("going back"),
  };
}

function toRun(ran: Ran, tookMs: number): HostRun {
  const { exitCode, stdout, stderr } = ran;
  const end = ran.end === "late" ? "killed" : ran.end === "lost" ? "rebooted" : ran.end;
  return { end, exitCode, stdout, stderr, tookMs, release: () => undefined };
}

/** Looks without touching a disk: /sys and /proc only, so that a host whose LUNs are gone answers too. */
const eyes = `
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
for s in /sys/class/iscsi_session/session*; do
  [ -e "$s/targetname" ] || continue
  c=/sys/class/iscsi_connection/connection\${s##*session}:0
  echo "session \${s##*session} $(cat $s/targetname) $(cat $c/persistent_address):$(cat $c/persistent_port)"
done
for d in /sys/block/sd*; do
  [ -e "$d/device/wwid" ] || continue
  map=-
  for h in "$d"/holders/*; do [ -e "$h" ] && map=$(cat "$h/dm/name"); done
  at=$(basename "$(readlink -f "$d/device")")
  echo "device \${d##*/} $(cat $d/device/wwid) \${at##*:} $map"
done
findmnt -rnt xfs -o TARGET,SOURCE,UUID,OPTIONS | sed 's/^/mount /'
for d in /sys/block/dm-*; do
  [ -e "$d/dm/uuid" ] || continue
  case $(cat "$d/dm/uuid") in LVM-*)
    echo "vg $(cat "$d/dm/name") $(for s in "$d"/slaves/*; do cat "$s/dm/name"; done | tr '\\n' ,)" ;;
  esac
done`;

async function look(guest: Guest): Promise<ShownHost> {
  const off: ShownHost = { power: "off", bootId: "", mounts: [], sessions: [], devices: [], vgs: [], services: {} };
  if (!guest.isOn) return off;
  const { stdout } = await guest.run(eyes, { limitMs: 30_000 });
  const rows = stdout.split("\n").map((line) => line.split(" "));
  const of = (kind: string): string[][] => rows.filter(([first]) => first === kind).map(([, ...rest]) => rest);
  const groups = new Map<string, string[]>();
  for (const [name = "", on = ""] of of("vg")) {
    // the name of a group's device has its dashes doubled, and ends at the first single one
    const vg = (/^((?:[^-]|--)+)-(?!-)/.exec(name)?.[1] ?? name).replaceAll("--", "-");
    groups.set(vg, [...new Set([...(groups.get(vg) ?? []), ...on.split(",").filter(Boolean)])]);
  }
  return {
    power: "on",
    bootId: of("boot")[0]?.[0] ?? "",
    mounts: of("mount").map(([mountPoint = "", source = "", uuid = "", options = ""]) => ({
      mountPoint,
      source,
      fsType: "xfs" as const,
      options,
      uuid,
      content: null,
    })),
    sessions: of("session").map(([sid = "0", target = "", portal = ""]) => ({ sid: Number(sid), target, portal })),
    devices: of("device").map(([name = "", naa = "", lun = "0", map = "-"]) => ({
      name,
      wwid: `3${naa.replace("naa.", "")}`,
      serial: Buffer.from(naa.replace("naa.600a0980", ""), "hex").toString("latin1"),
      lun: Number(lun),
      state: "live" as const,
      map: map === "-" ? null : map,
    })),
    vgs: [...groups].map(([name, wwids]) => ({ name, uuid: "", tags: [], wwids, active: true })),
    services: {},
  };
}
