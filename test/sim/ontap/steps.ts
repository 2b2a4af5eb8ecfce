import { expect } from "@jest/globals";
import fc from "fast-check";
import { comparable } from "../../../sim/ontap/snapshot.js";
import type { Answer, Direct } from "./direct.js";
import { ALI, CVO, type Json } from "./support.js";

/** One call, or one thing that happens, of a random sequence. Most are sensible, many are refused. */
export type Step = (on: Direct) => Promise<unknown>;

const VOLUMES = ["epic_prd_dr", "v1", "v2", "v3"] as const;
export const SNAPS = ["nightly.2026-11-22_0200", "nightly.2026-11-21_0200", "s1", "s2"] as const;
const SVM = { name: "svm_epic_dr" };
const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const side = pick([ALI, CVO]);
const clusterVolume = fc.tuple(side, pick(["epic_prd", "clarity_prd", ...VOLUMES]));
const named = (text: string, step: Step): Step => Object.assign(step, { toString: () => text });

export const uuidOf = async (on: Direct, cluster: string, name: string): Promise<string> =>
  (await on.list(cluster, `/storage/volumes?name=${name}`))[0]?.uuid ?? "gone";
const mirrors = (on: Direct, cluster: string): Promise<readonly Json[]> =>
  on.list(cluster, "/snapmirror/relationships?fields=*");
/** One of the mirrors that are there, if any. */
async function mirrorAt(on: Direct, cluster: string, index: number): Promise<Json | undefined> {
  const all = await mirrors(on, cluster);
  return all[index % Math.max(1, all.length)];
}
const groups = (on: Direct): Promise<readonly Json[]> => on.list(ALI, "/application/consistency-groups");
const luns = (on: Direct, volume: string): Promise<readonly Json[]> =>
  on.list(CVO, `/storage/luns?location.volume.name=${volume}`);

const clone = (on: Direct, name: string, parent: string, snapshot: string): Promise<Answer> =>
  on.call(CVO, "POST", "/storage/volumes", {
    name,
    svm: SVM,
    clone: { is_flexclone: true, parent_volume: { name: parent }, parent_snapshot: { name: snapshot } },
  });

const volumeSteps: readonly fc.Arbitrary<Step>[] = [
  fc
    .tuple(pick(VOLUMES), pick(VOLUMES), pick(SNAPS))
    .map(([name, parent, at]) => named(`clone ${name} of ${parent}@${at}`, (on) => clone(on, name, parent, at))),
  fc
    .tuple(pick(VOLUMES), pick(["dp", "rw"]))
    .map(([name, type]) =>
      named(`create ${type} ${name}`, (on) =>
        on.call(CVO, "POST", "/storage/volumes", { name, type, svm: SVM, size: "12TB", guarantee: { type: "none" } }),
      ),
    ),
  fc
    .tuple(pick(VOLUMES), fc.boolean())
    .map(([name, force]) =>
      named(`delete ${name} force=${force}`, async (on) =>
        on.call(CVO, "DELETE", `/storage/volumes/${await uuidOf(on, CVO, name)}?force=${force}`),
      ),
    ),
  fc
    .tuple(
      clusterVolume,
      pick<Json>([
        { state: "offline" },
        { state: "online" },
        { name: "v3" },
        { size: "13TB" },
        { comment: "x" },
        { encryption: { enabled: true } },
        { clone: { split_initiated: true } },
        { restore_to: { snapshot: { name: "s1" } } },
        { restore_to: { snapshot: { name: SNAPS[1] } } },
      ]),
    )
    .map(([[cluster, volume], body]) =>
      named(`patch ${cluster} ${volume} ${JSON.stringify(body)}`, async (on) =>
        on.call(cluster, "PATCH", `/storage/volumes/${await uuidOf(on, cluster, volume)}`, body),
      ),
    ),
  pick(["purge", "recover"]).map((what) =>
    named(`${what} from the recovery queue`, async (on) => {
      const [one] = await on.list(CVO, "/private/cli/volume/recovery-queue");
      const body = one && { vserver: one.vserver, volume: one.volume };
      return one && on.call(CVO, "POST", `/private/cli/volume/recovery-queue/${what}`, body);
    }),
  ),
];

const snapshotSteps: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(clusterVolume, pick(["s1", "s2"]), pick(["POST", "DELETE"])).map(([[cluster, volume], name, method]) =>
    named(`${method} snapshot ${cluster} ${volume}@${name}`, async (on) => {
      const base = `/storage/volumes/${await uuidOf(on, cluster, volume)}/snapshots`;
      if (method === "POST") return on.call(cluster, "POST", base, { name, snapmirror_label: "daily" });
      const { body } = await on.call(cluster, "GET", `${base}?name=${name}`);
      return on.call(cluster, "DELETE", `${base}/${body.records?.[0]?.uuid ?? "gone"}`);
    }),
  ),
  fc
    .tuple(
      clusterVolume,
      pick(SNAPS),
      pick<Json>([{ snapmirror_label: "weekly" }, { name: "s2" }, { expiry_time: "2026-11-22T12:00:00Z" }]),
    )
    .map(([[cluster, volume], name, body]) =>
      named(`patch snapshot ${cluster} ${volume}@${name} ${JSON.stringify(body)}`, async (on) => {
        const base = `/storage/volumes/${await uuidOf(on, cluster, volume)}/snapshots`;
        const found = await on.call(cluster, "GET", `${base}?name=${name}`);
        return on.call(cluster, "PATCH", `${base}/${found.body.records?.[0]?.uuid ?? "gone"}`, body);
      }),
    ),
];

const sanSteps: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(pick(VOLUMES), pick(["ig1", "ig2"]), pick(["POST", "DELETE"])).map(([volume, igroup, method]) =>
    named(`${method} map ${volume} ${igroup}`, async (on) => {
      if (method === "POST") {
        await on.call(CVO, "POST", "/protocols/san/igroups", { name: igroup, svm: SVM, os_type: "linux" });
        const body = { svm: SVM, lun: { name: `/vol/${volume}/data00` }, igroup: { name: igroup } };
        return on.call(CVO, "POST", "/protocols/san/lun-maps", body);
      }
      const [map] = await on.list(CVO, `/protocols/san/lun-maps?igroup.name=${igroup}`);
      return map && on.call(CVO, "DELETE", `/protocols/san/lun-maps/${map.lun.uuid}/${map.igroup.uuid}`);
    }),
  ),
  fc
    .tuple(pick(["ig1", "ig2", "ig3"]), pick(["ig1", "ig2", "ig3"]), pick(["nest", "delete", "initiator"]))
    .map(([outer, inner, what]) =>
      named(`${what} ${inner} in ${outer}`, async (on) => {
        await on.call(CVO, "POST", "/protocols/san/igroups", { name: inner, svm: SVM, os_type: "linux" });
        const [one] = await on.list(CVO, `/protocols/san/igroups?name=${outer}`);
        const path = `/protocols/san/igroups/${one?.uuid ?? "gone"}`;
        if (what === "nest") return on.call(CVO, "POST", `${path}/igroups`, { name: inner });
        if (what === "delete") return on.call(CVO, "DELETE", `${path}?allow_delete_while_mapped=true`);
        return on.call(CVO, "POST", `${path}/initiators`, { name: "iqn.1994-05.com.redhat:one" });
      }),
    ),
  fc
    .tuple(pick(VOLUMES), pick(VOLUMES), pick(["rename", "move", "copy", "delete", "create"]))
    .map(([volume, other, what]) =>
      named(`${what} LUN of ${volume} (${other})`, async (on) => {
        const [lun] = await luns(on, volume);
        const path = `/storage/luns/${lun?.uuid ?? "gone"}`;
        if (what === "rename") return on.call(CVO, "PATCH", path, { name: `/vol/${volume}/renamed` });
        if (what === "move") return on.call(CVO, "PATCH", path, { name: `/vol/${other}/data00` });
        if (what === "delete") return on.call(CVO, "DELETE", `${path}?allow_delete_while_mapped=true`);
        const name = `/vol/${other}/data00`;
        if (what === "copy")
          return on.call(CVO, "POST", "/storage/luns", {
            name,
            svm: SVM,
            copy: { source: { name: lun?.name ?? "x" } },
          });
        return on.call(CVO, "POST", "/storage/luns", { name, svm: SVM, os_type: "linux", space: { size: "1GB" } });
      }),
    ),
];

const PATCHES: readonly Json[] = [
  { state: "paused" },
  { state: "broken_off" },
  { state: "broken_off", restore_to_snapshot: SNAPS[1] },
  { state: "snapmirrored" },
  { state: "snapmirrored", preserve: true },
  { state: "snapmirrored", quick_resync: true },
  { throttle: 20_480 },
  { policy: { name: "MirrorAllSnapshots" } },
  { policy: { name: "epic_mirror" }, state: "broken_off" },
  "reverse",
];

const mirrorSteps: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(side, pick(VOLUMES), fc.boolean(), fc.boolean()).map(([cluster, volume, restore, made]) =>
    named(`relationship onto ${cluster} ${volume} restore=${restore} made=${made}`, (on) => {
      const forward = { source: { path: "svm_epic:epic_prd" }, destination: { path: `svm_epic_dr:${volume}` } };
      const back = { source: { path: `svm_epic_dr:${volume}` }, destination: { path: "svm_epic:epic_prd" } };
      const body = {
        ...(cluster === CVO ? forward : back),
        policy: { name: "epic_mirror" },
        ...(restore ? { restore } : made && cluster === CVO ? { create_destination: { enabled: true } } : {}),
      };
      return on.call(cluster, "POST", "/snapmirror/relationships", body);
    }),
  ),
  fc.tuple(side, fc.nat(3), pick(PATCHES), pick(["", "?force=true"])).map(([cluster, index, patch, flags]) =>
    named(`patch mirror ${cluster} #${index} ${JSON.stringify(patch)} ${flags}`, async (on) => {
      const one = await mirrorAt(on, cluster, index);
      if (!one) return undefined;
      const swapped = { source: { path: one.destination.path }, destination: { path: one.source.path } };
      const body = patch === "reverse" ? { ...swapped, state: "snapmirrored" } : patch;
      return on.call(cluster, "PATCH", `/snapmirror/relationships/${one.uuid}${flags}`, body);
    }),
  ),
  fc.tuple(side, fc.nat(3), pick(PATCHES)).map(([cluster, index, patch]) =>
    named(`only validate ${cluster} #${index} ${JSON.stringify(patch)}`, async (on) => {
      const one = await mirrorAt(on, cluster, index);
      if (!one || patch === "reverse") return;
      on.state.settle();
      const before = comparable(on.state, { mirrorSnapshots: true });
      const path = `/snapmirror/relationships/${one.uuid}?validate_only=true`;
      await on.call(cluster, "PATCH", path, patch);
      expect(comparable(on.state, { mirrorSnapshots: true })).toEqual(before);
    }),
  ),
  fc.tuple(side, fc.nat(3), fc.option(pick(SNAPS)), fc.boolean()).map(([cluster, index, snapshot, single]) =>
    named(`transfer ${cluster} #${index} ${snapshot} files=${single}`, async (on) => {
      const one = await mirrorAt(on, cluster, index);
      const files = [{ source_path: "/data00", destination_path: "/data00_restored" }];
      const body = { ...(snapshot === null ? {} : { source_snapshot: snapshot }), ...(single ? { files } : {}) };
      return one && on.call(cluster, "POST", `/snapmirror/relationships/${one.uuid}/transfers`, body);
    }),
  ),
  fc.tuple(side, fc.nat(3), pick(["aborted", "hard_aborted"])).map(([cluster, index, state]) =>
    named(`${state} ${cluster} #${index}`, async (on) => {
      const one = await mirrorAt(on, cluster, index);
      const path = `/snapmirror/relationships/${one?.uuid}/transfers/${one?.transfer?.uuid ?? "gone"}`;
      return one && on.call(cluster, "PATCH", path, { state });
    }),
  ),
  fc
    .tuple(side, fc.nat(3), pick(["", "?destination_only=true", "?source_info_only=true"]))
    .map(([cluster, index, flags]) =>
      named(`delete mirror ${cluster} #${index} ${flags}`, async (on) => {
        const one = await mirrorAt(on, cluster, index);
        return one && on.call(cluster, "DELETE", `/snapmirror/relationships/${one.uuid}${flags}`);
      }),
    ),
  fc.tuple(side, pick(["?source_only=true", "?source_info_only=true"])).map(([cluster, flags]) =>
    named(`release on ${cluster} ${flags}`, async (on) => {
      const [one] = await on.list(cluster, "/snapmirror/relationships?list_destinations_only=true");
      return one && on.call(cluster, "DELETE", `/snapmirror/relationships/${one.uuid}${flags}`);
    }),
  ),
];

const groupSteps: readonly fc.Arbitrary<Step>[] = [
  pick(["create", "clone", "delete", "restore", "snapshot", "start", "commit", "forget"]).map((what) =>
    named(`${what} group`, async (on) => {
      const [one] = await groups(on);
      const path = `/application/consistency-groups/${one?.uuid ?? "gone"}`;
      const svm = { name: "svm_epic" };
      const add = { provisioning_options: { action: "add" } };
      const volumes = ["epic_prd", "clarity_prd"].map((name) => ({ name, ...add }));
      if (what === "create")
        return on.call(ALI, "POST", "/application/consistency-groups", { name: "cg", svm, volumes });
      if (what === "delete") return on.call(ALI, "DELETE", path);
      if (what === "restore") return on.call(ALI, "PATCH", path, { restore_to: { snapshot: { name: "s1" } } });
      if (what === "snapshot") return on.call(ALI, "POST", `${path}/snapshots`, { name: "s1" });
      if (what === "start")
        return on.call(ALI, "POST", `${path}/snapshots?action=start&action_timeout=30`, { name: "s2" });
      if (what === "commit") {
        const fence = on.state.cluster(ALI).groups[0]?.fence?.uuid ?? "gone";
        return on.call(ALI, "PATCH", `${path}/snapshots/${fence}?action=commit`, {});
      }
      if (what === "forget") {
        const taken = on.state.cluster(ALI).groups[0]?.snapshots[0]?.uuid ?? "gone";
        return on.call(ALI, "DELETE", `${path}/snapshots/${taken}`);
      }
      const made = { parent_consistency_group: { name: "cg" }, volume: { prefix: "t_" } };
      return on.call(ALI, "POST", "/application/consistency-groups", { name: "cg_t", svm, clone: made });
    }),
  ),
];

const happenings: readonly fc.Arbitrary<Step>[] = [
  pick([50, 2000, 120_000, 3_600_000]).map((ms) => named(`+${ms} ms`, async (on) => on.clock.advance(ms))),
  fc
    .tuple(side, pick(["peerDown", "sourceOffline", "destinationFull", "busySnapshot", "keyVaultDown"] as const))
    .map(([cluster, condition]) =>
      named(`${condition} ${cluster}`, async (on) => void on.state.conditions.get(cluster)?.add(condition)),
    ),
  fc.constant(named("faults off", async (on) => on.state.conditions.forEach((each) => each.clear()))),
];

export const steps: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.oneof(...volumeSteps), weight: 4 },
  { arbitrary: fc.oneof(...snapshotSteps), weight: 2 },
  { arbitrary: fc.oneof(...sanSteps), weight: 3 },
  { arbitrary: fc.oneof(...mirrorSteps), weight: 7 },
  { arbitrary: fc.oneof(...groupSteps), weight: 2 },
  { arbitrary: fc.oneof(...happenings), weight: 5 },
);

/** Where every sequence starts: a clone, a clone of that clone, and a map, so that what follows has something to break. */
export async function prelude(on: Direct): Promise<void> {
  const soon = (): void => on.clock.advance(1000);
  await clone(on, "v1", "epic_prd_dr", SNAPS[0]);
  soon();
  await on.call(CVO, "POST", `/storage/volumes/${await uuidOf(on, CVO, "v1")}/snapshots`, { name: "s1" });
  soon();
  await clone(on, "v2", "v1", "s1");
  await on.call(CVO, "POST", "/protocols/san/igroups", { name: "ig1", svm: SVM, os_type: "linux" });
  const body = { svm: SVM, lun: { name: "/vol/v1/data00" }, igroup: { name: "ig1" } };
  expect((await on.call(CVO, "POST", "/protocols/san/lun-maps", body)).status).toBe(201);
  soon();
}
