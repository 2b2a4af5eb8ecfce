import { setTimeout as pause } from "node:timers/promises";
import type { Guest } from "../guest.js";
import { check, CVO, type On } from "./scenario.js";

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

/** Waits until a process whose command line reads so runs on a guest. */
export async function untilRuns(guest: Guest, pattern: string): Promise<void> {
  for (const until = Date.now() + 300_000; Date.now() < until; await pause(50))
    if ((await guest.run(`pgrep -f '${pattern}'`)).exitCode === 0) return;
  throw new Error(`${pattern} never ran on ${guest.name}`);
}

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
