import { z } from "zod";
import type { SetConfig } from "../config/types.js";
import { ownerOf } from "../core/clone-notes.js";
import { said } from "../core/said.js";
import type { Igroup, Lun, Portal } from "../ontap/index.js";
import { attachedOf } from "./attached.js";
import { clonesAmong, mountsOf, type Clone } from "./clones.js";
import { defineRunbook, type Planner } from "./define.js";
import { getHost, getSet, listed, mirrorPlaces } from "./inventory.js";
import { showTime } from "./points.js";
import { detachClone } from "./steps/attachClone.js";
import { deleteClone, dropIgroup, unmapLuns } from "./steps/giveBack.js";
import { hostTag } from "./steps/onHost.js";
import type { ReadTools } from "./tools.js";
import { pickClone, whichClone } from "./whichClone.js";

const request = z.strictObject({ ...whichClone });
type Request = z.infer<typeof request>;

const steps = { detachClone, unmapLuns, dropIgroup, deleteClone };

export interface ReleaseFacts {
  readonly clone: Clone;
  readonly set: SetConfig | undefined;
  readonly luns: readonly Lun[];
  readonly igroup: Igroup | undefined;
  /** Does the igroup go? It does with its last LUN, if it is the one Sluice names. */
  readonly dropsIgroup: boolean;
  readonly target: string;
  readonly portals: readonly Portal[];
  readonly on: Pick<ReadTools, "inventory" | "run">;
}

/** Gives a clone back: off the host, unmapped, deleted. Open files hold it, and are named. */
export const releaseClone = defineRunbook({
  name: "release-clone",
  version: 1,
  title: (asked: Request) =>
    `Give back the ${asked.clone ?? asked.purpose ?? asked.as ?? ""} clone`.replace(/ {2,}/g, " "),
  request,
  steps,
  observe,
  plan,
  example: { say: "release the training clone", world: "epic", first: ["clone prod volume for training"] },
});

async function observe(asked: Request, on: ReadTools): Promise<ReleaseFacts> {
  return observeClone(await findClone(asked, on), on);
}

/** A clone, its LUNs, and how they reach its host. */
export async function observeClone(clone: Clone, on: ReadTools): Promise<ReleaseFacts> {
  const { cluster, svm } = clone;
  const array = on.ontap(cluster);
  const [luns, igroups, maps, service, portals] = await Promise.all([
    Promise.all(clone.volumes.map((volume) => array.luns.listByVolume(svm, volume.name))),
    array.igroups.list({ svm }),
    array.lunMaps.list({ svm }),
    array.iscsi.findService(svm),
    array.interfaces.iscsi(svm),
  ]);
  const mine = luns.flat();
  const igroup = igroups.find((each) => each.name === clone.note.igroup);
  const others = maps.filter(
    (map) => map.igroup.name === igroup?.name && !mine.some((lun) => lun.uuid === map.lun.uuid),
  );
  return {
    clone,
    set: on.inventory.sets.find((set) => set.name === clone.note.set),
    luns: [...mine].sort((a, b) => (a.name < b.name ? -1 : 1)),
    igroup,
    dropsIgroup: igroup !== undefined && others.length === 0 && igroup.name === `ig_${clone.note.host ?? ""}`,
    target: service?.targetIqn ?? "",
    portals,
    on: { inventory: on.inventory, run: on.run },
  };
}

/** The one clone that is meant, or a Refusal that names those there are. */
export async function findClone(asked: Request, on: ReadTools, verb = "release"): Promise<Clone> {
  const all = await Promise.all(
    mirrorPlaces(on.inventory).map(async ({ cluster, svm }) =>
      clonesAmong(cluster, svm, await on.ontap(cluster).volumes.list({ svm, isFlexclone: true })),
    ),
  );
  return pickClone(all.flat(), asked, on, verb);
}

function plan(_asked: Request, facts: ReleaseFacts, p: Planner<typeof steps>): void {
  showClone(facts, p);
  const { until } = facts.clone.note;
  if (until !== undefined) p.show("Lease", `until ${showTime(until, facts.on.run.timeZone)}`);
  planDetach(facts, p);
  planDelete(facts, p);
}

/** Which clone it is, and whose. */
export function showClone(facts: ReleaseFacts, p: Pick<Planner<typeof steps>, "show">): void {
  const { note } = facts.clone;
  const { clone } = facts;
  p.show(
    "Clone",
    `"${note.name}" of ${note.set}, at ${listed(mountsOf(clone)) || "no mount point"} on ${note.host ?? "?"}, from ${note.snapshot}`,
  );
  const { asker } = facts.on.run;
  if (note.owner !== `${asker.team}/${asker.user}`) p.show("Owner", said`${ownerOf(note)}`, "warning");
}

/** Off its host and unmapped; nothing is lost yet. */
export function planDetach(
  facts: ReleaseFacts,
  p: Planner<Pick<typeof steps, "detachClone" | "unmapLuns" | "dropIgroup">>,
): void {
  const { clone, set, igroup, luns } = facts;
  const { note } = clone;
  const host = getHost(facts.on.inventory, note.host ?? "");
  const mapped = luns.flatMap((lun) =>
    lun.maps.filter((map) => map.igroup.name === igroup?.name).map((map) => ({ lun, number: map.number ?? 0 })),
  );
  // LUNs that somebody took away from under the mount are still on the host, where they make whoever touches them sleep
  const numberOf = (of: Lun): number => mapped.find(({ lun }) => lun.uuid === of.uuid)?.number ?? 0;
  for (const each of attachedOf(clone, set ?? getSet(facts.on.inventory, note.set))) {
    const mine = luns.filter((lun) => each.volumes.includes(lun.volume.name ?? ""));
    if (mine.length === 0) continue;
    p.step.detachClone({
      host: { name: host.name, environment: host.environment, clearedForPatientData: host.clearedForPatientData },
      logout: facts.dropsIgroup || igroup === undefined,
      attach: {
        tag: hostTag(note.run),
        initiator: host.iqn ?? "",
        target: facts.target,
        portals: facts.portals.map((portal) => portal.address),
        luns: mine.map((lun) => ({ number: numberOf(lun), wwid: lun.wwid })),
        sourceVg: each.group.name,
        vg: each.vg,
        lv: each.logical.name,
        mount: each.mount,
        fileSystem: each.logical.fileSystem,
        options: "noatime",
      },
    });
  }
  if (igroup) unmap(facts, igroup, mapped, p);
}

/** From here on there is no way back. */
export function planDelete({ clone }: ReleaseFacts, p: Planner<Pick<typeof steps, "deleteClone">>): void {
  const { note, cluster, svm } = clone;
  for (const volume of clone.volumes) {
    p.step.deleteClone({ cluster, svm, volume: volume.name, uuid: volume.uuid, note });
  }
}

function unmap(
  facts: ReleaseFacts,
  igroup: Igroup,
  mapped: readonly { lun: Lun; number: number }[],
  p: Planner<Pick<typeof steps, "unmapLuns" | "dropIgroup">>,
): void {
  const { note, cluster, svm, volumes } = facts.clone;
  for (const volume of volumes) {
    const luns = mapped
      .filter(({ lun }) => lun.volume.name === volume.name)
      .map(({ lun, number }) => ({ uuid: lun.uuid, path: lun.name, number, igroupUuid: igroup.uuid }));
    if (luns.length === 0) continue;
    p.step.unmapLuns({
      cluster,
      svm,
      volume: volume.name,
      owner: note.owner,
      igroup: igroup.name,
      host: note.host ?? "",
      luns,
    });
  }
  if (facts.dropsIgroup) {
    p.step.dropIgroup({
      cluster,
      svm,
      igroup: igroup.name,
      uuid: igroup.uuid,
      initiators: igroup.initiators,
      host: note.host ?? "",
    });
  }
}
