import { setTimeout as pause } from "node:timers/promises";
import { attach, detach, wwidOf, type AttachInput, type DetachInput } from "../../src/host/index.js";
import type { Ran } from "../agent.js";
import type { Guest } from "../guest.js";
import { check, CVO, type On } from "./scenario.js";

export interface Script {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Sends a host script as the product does, without the product. */
export const send = (guest: Guest, { script, env }: Script, ticket: string): Promise<Ran> =>
  guest.run(script, { env: { ...env, SLUICE_TICKET: ticket }, limitMs: 900_000 });

/** One that has to go well; gives what it printed. */
export async function sent(guest: Guest, script: Script, ticket: string): Promise<string> {
  const ran = await send(guest, script, ticket);
  check(ran.end === "exited" && ran.exitCode === 0, `${ticket} on ${guest.name}: ${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

interface LunRecord {
  readonly name: string;
  readonly uuid: string;
  readonly serial_number: string;
}
interface MapRecord {
  readonly lun: { readonly uuid: string; readonly name: string };
  readonly igroup: { readonly uuid: string; readonly name: string };
  readonly logical_unit_number: number;
}

/** What of the CVO's LUNs is mapped to whom. */
export const mapsOn = async ({ people }: On): Promise<readonly MapRecord[]> =>
  (await people.ontap<{ records: MapRecord[] }>(CVO, "/protocols/san/lun-maps?fields=*")).records;

/** An administrator deletes volumes on CVO, and waits until they are gone. */
export async function deleteVolumes({ people }: On, pattern: string): Promise<void> {
  const left = async (): Promise<Record<string, unknown>[]> =>
    (await people.ontap(CVO, `/storage/volumes?name=${pattern}&fields=uuid`)).records;
  for (const { uuid } of await left())
    await people.ontap(CVO, `/storage/volumes/${String(uuid)}?force=true`, undefined, "DELETE");
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(100)) if ((await left()).length === 0) return;
  throw new Error(`${pattern} could not be deleted`);
}

export const portals = ["10.8.1.21", "10.8.1.22"];

export interface Place {
  /** Names of the volumes, as a pattern of ONTAP's. */
  readonly volumes: string;
  readonly tag: string;
  readonly vg: string;
  readonly mount: string;
}

/** What attaching mapped volumes to a guest takes, as the product would say it. */
export async function attachInput(on: On, guest: Guest, { volumes, tag, vg, mount }: Place): Promise<AttachInput> {
  const { people } = on;
  const query = `location.volume.name=${volumes}&fields=name,uuid,serial_number`;
  const { records } = await people.ontap<{ records: LunRecord[] }>(CVO, `/storage/luns?${query}`);
  const maps = await mapsOn(on);
  const services = await people.ontap<{ records: { target: { name: string } }[] }>(
    CVO,
    "/protocols/san/iscsi/services?fields=target.name",
  );
  return {
    tag,
    initiator: guest.options.iqn,
    target: services.records[0]?.target.name ?? "",
    portals,
    luns: records.map((lun) => ({
      number: maps.find((map) => map.lun.uuid === lun.uuid)?.logical_unit_number ?? 0,
      wwid: wwidOf(lun.serial_number),
    })),
    sourceVg: "vg_epicprd",
    vg,
    lv: "lv_db",
    mount,
    fileSystem: "xfs",
    options: "noatime",
  };
}

export const attachScript = (input: AttachInput): Script => attach.script(input);
export const detachScript = ({ tag, target, luns, vg, lv, mount }: AttachInput, logout: boolean): Script => {
  const input: DetachInput = { tag, target, portals, wwids: luns.map(({ wwid }) => wwid), vg, lv, mount, logout };
  return detach.script(input);
};

/** Catches processes whose command line reads so as soon as there are any, and holds them: what is done next happens in their middle. */
export const caught = (guest: Guest, pattern: string): Promise<string> =>
  guest.must(`
    until found=$(pgrep -f '${pattern}') && kill -STOP $found 2>/dev/null; do
      [ $SECONDS -lt 300 ] || { echo '${pattern} never ran' >&2; exit 1; }
    done`);

/** Lets go of them. */
export const letGo = (guest: Guest, pattern: string): Promise<string> => guest.must(`pkill -CONT -f '${pattern}'`);

/** The host is not stuck: LVM answers, and no process of anybody's sleeps for ever. */
export async function answers(guest: Guest): Promise<void> {
  const ran = await guest.run("timeout 60 vgs >/dev/null 2>&1; echo $?", { limitMs: 120_000 });
  check(ran.stdout === "0\n", `vgs on ${guest.name} ended with ${ran.end} ${ran.stdout.trim()}`);
  const asleep = await guest.must(`
    for try in $(seq 30); do
      asleep=$(ps -eo stat=,comm= | awk '$1 ~ /^D/ && $2 !~ /^(k|jbd|xfs)/ { print $2 }')
      [ -n "$asleep" ] || exit 0
      sleep 1
    done
    echo "$asleep"`);
  check(asleep === "", `processes that sleep for ever on ${guest.name}: ${asleep}`);
}
