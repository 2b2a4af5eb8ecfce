import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Arrays, ALI, arrays, CVO, type Json } from "./support.js";

/**
 * Random calls, most of them sensible, many refused. Whatever is answered, the arrays never reach a state that real ones cannot be in.
 */
const VOLUMES = ["epic_prd_dr", "v1", "v2", "v3"] as const;
const SNAPS = ["nightly.2026-11-22_0200", "nightly.2026-11-21_0200", "s1", "s2"] as const;
const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

type Step = (on: Arrays) => Promise<unknown>;
const named = (text: string, step: Step): Step => Object.assign(step, { toString: () => text });

const uuidOf = async (on: Arrays, cluster: string, name: string): Promise<string> =>
  (await on.volume(cluster, name))?.uuid ?? "gone";
const mirrors = async (on: Arrays, cluster: string): Promise<Json[]> =>
  (await on.get(cluster, "/snapmirror/relationships?fields=*")).records;

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(pick(VOLUMES), pick(VOLUMES), pick(SNAPS)).map(([name, parent, snapshot]) =>
    named(`clone ${name} of ${parent}@${snapshot}`, (on) =>
      on.call(CVO, "POST", "/storage/volumes", {
        body: {
          name,
          svm: { name: "svm_epic_dr" },
          clone: { is_flexclone: true, parent_volume: { name: parent }, parent_snapshot: { name: snapshot } },
        },
      }),
    ),
  ),
  fc.tuple(pick(VOLUMES), pick(["dp", "rw"])).map(([name, type]) =>
    named(`create ${type} ${name}`, (on) =>
      on.call(CVO, "POST", "/storage/volumes", {
        body: { name, type, svm: { name: "svm_epic_dr" }, size: "12TB", guarantee: { type: "none" } },
      }),
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
    .tuple(pick([ALI, CVO]), pick(["epic_prd", ...VOLUMES]), pick(["s1", "s2"]), pick(["POST", "DELETE"]))
    .map(([cluster, volume, name, method]) =>
      named(`${method} snapshot ${cluster} ${volume}@${name}`, async (on) => {
        const base = `/storage/volumes/${await uuidOf(on, cluster, volume)}/snapshots`;
        if (method === "POST") return on.call(cluster, "POST", base, { body: { name, snapmirror_label: "daily" } });
        const list = await on.call(cluster, "GET", `${base}?name=${name}`);
        return on.call(cluster, "DELETE", `${base}/${list.body.records?.[0]?.uuid ?? "gone"}`);
      }),
    ),
  fc.tuple(pick(VOLUMES), pick(["ig1", "ig2"]), pick(["POST", "DELETE"])).map(([volume, igroup, method]) =>
    named(`${method} map ${volume} ${igroup}`, async (on) => {
      if (method === "POST") {
        await on.call(CVO, "POST", "/protocols/san/igroups", {
          body: { name: igroup, svm: { name: "svm_epic_dr" }, os_type: "linux" },
        });
        const body = { svm: { name: "svm_epic_dr" }, lun: { name: `/vol/${volume}/data00` }, igroup: { name: igroup } };
        return on.call(CVO, "POST", "/protocols/san/lun-maps", { body });
      }
      const [map] = (await on.get(CVO, `/protocols/san/lun-maps?igroup.name=${igroup}`)).records;
      return map && on.call(CVO, "DELETE", `/protocols/san/lun-maps/${map.lun.uuid}/${map.igroup.uuid}`);
    }),
  ),
  fc.tuple(pick(VOLUMES), fc.boolean()).map(([volume, whileMapped]) =>
    named(`delete LUN of ${volume}`, async (on) => {
      const [lun] = (await on.get(CVO, `/storage/luns?location.volume.name=${volume}`)).records;
      return lun && on.call(CVO, "DELETE", `/storage/luns/${lun.uuid}?allow_delete_while_mapped=${whileMapped}`);
    }),
  ),
  fc.tuple(pick([ALI, CVO]), pick(VOLUMES), fc.boolean()).map(([cluster, volume, restore]) =>
    named(`relationship onto ${cluster} ${volume} restore=${restore}`, (on) => {
      const forward = { source: { path: "svm_epic:epic_prd" }, destination: { path: `svm_epic_dr:${volume}` } };
      const back = { source: { path: `svm_epic_dr:${volume}` }, destination: { path: "svm_epic:epic_prd" } };
      const body = {
        ...(cluster === CVO ? forward : back),
        policy: { name: "epic_mirror" },
        ...(restore ? { restore } : {}),
      };
      return on.call(cluster, "POST", "/snapmirror/relationships", { body });
    }),
  ),
  fc.tuple(pick([ALI, CVO]), fc.nat(3), pick(["paused", "broken_off", "snapmirrored"])).map(([cluster, index, state]) =>
    named(`patch mirror ${cluster} #${index} ${state}`, async (on) => {
      const one = (await mirrors(on, cluster))[index];
      return one && on.call(cluster, "PATCH", `/snapmirror/relationships/${one.uuid}`, { body: { state } });
    }),
  ),
  fc.tuple(pick([ALI, CVO]), fc.nat(3), fc.option(pick(SNAPS))).map(([cluster, index, snapshot]) =>
    named(`transfer ${cluster} #${index} ${snapshot}`, async (on) => {
      const one = (await mirrors(on, cluster))[index];
      const body = snapshot === null ? {} : { source_snapshot: snapshot };
      return one && on.call(cluster, "POST", `/snapmirror/relationships/${one.uuid}/transfers`, { body });
    }),
  ),
  fc
    .tuple(pick([ALI, CVO]), fc.nat(3), pick(["", "?destination_only=true", "?source_info_only=true"]))
    .map(([cluster, index, flags]) =>
      named(`delete mirror ${cluster} #${index} ${flags}`, async (on) => {
        const one = (await mirrors(on, cluster))[index];
        return one && on.call(cluster, "DELETE", `/snapmirror/relationships/${one.uuid}${flags}`);
      }),
    ),
  pick([50, 2000, 120_000, 3_600_000]).map((ms) => named(`+${ms} ms`, async (on) => on.clock.advance(ms))),
  pick(["peerDown", "sourceOffline", "destinationFull"] as const).map((condition) =>
    named(condition, async (on) => on.fabric.fault(ALI, { condition })),
  ),
  fc.constant(named("faults off", async (on) => on.fabric.clearFaults())),
  fc.constant(
    named(
      "write",
      async (on) =>
        void (await on.call(ALI, "POST", "/_control/write", { body: { svm: "svm_epic", volume: "epic_prd" } })),
    ),
  ),
);

/** What no array can be: checked over the whole state after every call. */
function forbidden(on: Arrays, known: Map<string, Set<string>>): string[] {
  const wrong: string[] = [];
  const state = on.fabric.snapshot({ mirrorSnapshots: true }) as Record<string, Json>;
  const destinations = new Set<string>();
  for (const [name, cluster] of Object.entries(state)) {
    const queued = new Set(cluster.recoveryQueue.map((each: Json) => each.uuid));
    const serials = new Set<string>();
    for (const volume of cluster.volumes) {
      const before = known.get(volume.uuid);
      const made = volume.snapshots.filter(
        (each: Json) => /^s\d$/.test(each.name) && before && !before.has(each.version),
      );
      const origin = Object.values(state)
        .flatMap((each: Json) => each.volumes)
        .filter((each: Json) => each.uuid !== volume.uuid);
      for (const each of volume.type === "dp" ? made : []) {
        const carried = origin.some((other: Json) => other.snapshots.some((one: Json) => one.version === each.version));
        if (!carried) wrong.push(`${volume.name}@${each.name} was created on a dp volume`);
      }
      if (
        volume.clone &&
        !cluster.volumes.some((each: Json) => each.uuid === volume.clone.parent) &&
        !queued.has(volume.clone.parent)
      ) {
        wrong.push(`clone ${volume.name} has lost its parent`);
      }
      const parent = cluster.volumes.find((each: Json) => each.uuid === volume.clone?.parent);
      const snapshot = parent?.snapshots.find((each: Json) => each.name === volume.clone.snapshot);
      if (parent && !snapshot) wrong.push(`clone ${volume.name} has lost its snapshot ${volume.clone.snapshot}`);
      for (const lun of volume.luns) {
        if (serials.has(lun.serial)) wrong.push(`serial ${lun.serial} twice`);
        serials.add(lun.serial);
      }
      if (volume.restoring && volume.type !== "dp") wrong.push(`${volume.name} is writable while it is restored`);
      const names = volume.snapshots.map((each: Json) => each.name);
      if (new Set(names).size !== names.length) wrong.push(`${volume.name} has two snapshots of one name`);
      known.set(volume.uuid, new Set(volume.snapshots.map((each: Json) => each.version)));
    }
    const keys = cluster.volumes.map((each: Json) => `${each.svm}:${each.name}`);
    if (new Set(keys).size !== keys.length) wrong.push("two volumes of one name");
    for (const map of cluster.maps) if (!/:\/vol\/.* -> ig/.test(map)) wrong.push(`map without LUN or igroup: ${map}`);
    for (const each of cluster.relationships) {
      const key = `${name}/${each.destination}`;
      if (destinations.has(key)) wrong.push(`two relationships to ${key}`);
      destinations.add(key);
    }
  }
  return wrong;
}

/** Where every sequence starts: a clone, a clone of that clone, and a map, so that what follows has something to break. */
async function prelude(on: Arrays): Promise<void> {
  const clone = (name: string, parent: string, snapshot: string): Promise<Json> =>
    on.done(CVO, "POST", "/storage/volumes", {
      name,
      svm: { name: "svm_epic_dr" },
      clone: { is_flexclone: true, parent_volume: { name: parent }, parent_snapshot: { name: snapshot } },
    });
  await clone("v1", "epic_prd_dr", SNAPS[0]);
  await on.done(CVO, "POST", `/storage/volumes/${await uuidOf(on, CVO, "v1")}/snapshots`, { name: "s1" });
  await clone("v2", "v1", "s1");
  await on.call(CVO, "POST", "/protocols/san/igroups", {
    body: { name: "ig1", svm: { name: "svm_epic_dr" }, os_type: "linux" },
  });
  const body = { svm: { name: "svm_epic_dr" }, lun: { name: "/vol/v1/data00" }, igroup: { name: "ig1" } };
  expect((await on.call(CVO, "POST", "/protocols/san/lun-maps", { body })).status).toBe(201);
}

test.each(["keep", "drop"] as const)(
  "no sequence of calls reaches a forbidden state (newer snapshots: %s)",
  async (restoreNewerSnapshots) => {
    const on = await arrays({
      jobMs: { volume: [0, 400], mirror: [0, 900] },
      visibilityMs: [0, 500],
      queuedMs: 100,
      transferBytesPerSecond: 500 * 2 ** 20,
      recoveryQueueMs: 3_600_000,
      restoreNewerSnapshots,
    });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 60, size: "max" }), async (calls) => {
          on.fabric.reset();
          await prelude(on);
          const known = new Map<string, Set<string>>();
          for (const call of calls) {
            await call(on);
            expect(forbidden(on, known)).toEqual([]);
          }
          for (const cluster of [ALI, CVO])
            expect(on.fabric.calls(cluster).filter((each) => each.status === 599)).toEqual([]);
        }),
        { numRuns: 25 },
      );
    } finally {
      await on.close();
    }
  },
  240_000,
);
