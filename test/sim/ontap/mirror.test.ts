import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

const PRD = "svm_epic_dr:epic_prd_dr";
let on: Arrays;
let uuid: string;
const path = (): string => `/snapmirror/relationships/${uuid}`;

/** Transfers of a real length, so that states between can be seen. */
async function slow(): Promise<void> {
  await on.close();
  on = await arrays({
    jobMs: { volume: [0, 0], mirror: [0, 0] },
    visibilityMs: [0, 0],
    queuedMs: 1000,
    transferBytesPerSecond: 2 ** 20,
  });
}

beforeEach(async () => {
  on = await arrays();
  uuid = (await on.mirror(PRD)).uuid;
});
afterEach(() => on.close());

const snapshotsOf = async (cluster: string, name: string, query = ""): Promise<Json[]> => {
  const volume = await on.volume(cluster, name);
  return (await on.get(cluster, `/storage/volumes/${volume.uuid}/snapshots?fields=*${query}`)).records;
};

describe("update", () => {
  test("is 201 without a job, takes time, carries the content and rotates SnapMirror's snapshot on both sides", async () => {
    await slow();
    const before = await on.mirror(PRD);
    const content = on.fabric.write(ALI, "svm_epic", "epic_prd");
    const started = await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    expect(started).toMatchObject({ status: 201, body: {} });
    expect((await on.mirror(PRD)).transfer).toMatchObject({ state: "queued", bytes_transferred: 0 });
    expect((await on.get(CVO, `${path()}/transfers?state=transferring`)).num_records).toBe(0);
    on.clock.advance(60_000);
    const running = await on.mirror(PRD);
    expect(running.transfer.state).toBe("transferring");
    expect(running.transfer.bytes_transferred).toBeGreaterThan(0);
    const again = await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    expect(again).toMatchObject({ status: 400, body: { error: { code: "13303844" } } });
    expect(await snapshotsOf(ALI, "epic_prd", "&name=snapmirror.*")).toHaveLength(2);
    on.clock.advance(3_600_000);
    const after = await on.mirror(PRD);
    expect(after).toMatchObject({ state: "snapmirrored", healthy: true, transfer: { state: "success" } });
    expect(after.transfer.uuid).toBeUndefined();
    expect(after.exported_snapshot).not.toBe(before.exported_snapshot);
    expect(on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr")).toBe(content);
    for (const [cluster, name] of [
      [ALI, "epic_prd"],
      [CVO, "epic_prd_dr"],
    ] as const) {
      const own = await snapshotsOf(cluster, name, "&name=snapmirror.*");
      expect(own.map((each) => each.name)).toEqual([after.exported_snapshot]);
    }
  });

  test("carries a labelled snapshot under the same version, and retention drops the oldest of its label", async () => {
    const source = await on.volume(ALI, "epic_prd");
    for (const label of ["daily", "other"]) {
      on.clock.advance(60_000);
      await on.done(ALI, "POST", `/storage/volumes/${source.uuid}/snapshots`, {
        name: `mine.${label}`,
        snapmirror_label: label,
      });
    }
    on.clock.advance(60_000);
    await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    const there = await snapshotsOf(CVO, "epic_prd_dr");
    const here = await snapshotsOf(ALI, "epic_prd");
    const mine = there.find((each) => each.name === "mine.daily");
    expect(mine.version_uuid).toBe(here.find((each) => each.name === "mine.daily").version_uuid);
    expect(there.some((each) => each.name === "mine.other")).toBe(false);
    expect(there.filter((each) => each.snapmirror_label === "daily")).toHaveLength(30);
    expect(there.some((each) => each.name === "nightly.2026-10-24_0200")).toBe(false);
  });

  test("by schedule every 15 minutes, not while paused; lag is the exported snapshot's age", async () => {
    const content = on.fabric.write(ALI, "svm_epic", "epic_prd");
    on.clock.advance(10 * 60_000);
    expect((await on.mirror(PRD)).lag_time).toBe("PT2M");
    expect(on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr")).toBe(content);
    expect(await on.done(CVO, "PATCH", path(), { state: "paused" })).toMatchObject({ state: "success" });
    on.clock.advance(25 * 3_600_000);
    expect(await on.mirror(PRD)).toMatchObject({ state: "paused", lag_time: "P1DT1H2M" });
    const refused = await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    expect(refused.body.error.code).toBe("13303844");
    await on.done(CVO, "PATCH", path(), { state: "snapmirrored" });
    expect(await on.mirror(PRD)).toMatchObject({ state: "snapmirrored" });
  });

  test("fails and says why when the peer is down; healthy again after the next success", async () => {
    on.fabric.fault(ALI, { condition: "sourceOffline" });
    await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    const failed = await on.mirror(PRD);
    expect(failed).toMatchObject({
      healthy: false,
      transfer: { state: "failed" },
      unhealthy_reason: [{ code: "6621445" }],
    });
    on.fabric.clearFaults();
    await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    expect(await on.mirror(PRD)).toMatchObject({ healthy: true });
  });

  test("an update that runs while the mirror is paused ends and leaves it paused", async () => {
    await slow();
    on.fabric.write(ALI, "svm_epic", "epic_prd");
    await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    on.clock.advance(5000);
    await on.done(CVO, "PATCH", path(), { state: "paused" });
    on.clock.advance(3_600_000);
    expect(await on.mirror(PRD)).toMatchObject({ state: "paused", transfer: { state: "success" } });
  });

  test("can be aborted; a second abort finds nothing", async () => {
    await slow();
    on.fabric.write(ALI, "svm_epic", "epic_prd");
    await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    on.clock.advance(5000);
    const { transfer } = await on.mirror(PRD);
    const abort = (): Promise<Json> =>
      on.call(CVO, "PATCH", `${path()}/transfers/${transfer.uuid}`, { body: { state: "aborted" } });
    expect((await abort()).status).toBe(200);
    expect(await on.mirror(PRD)).toMatchObject({ healthy: false, transfer: { state: "aborted" } });
    expect((await abort()).body.error.code).toBe("4");
  });
});

describe("break and resync", () => {
  test("break makes the destination writable; resync takes it back to the newest common snapshot", async () => {
    const mirrored = on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr");
    expect(await on.done(CVO, "PATCH", path(), { state: "broken_off" })).toMatchObject({ state: "success" });
    const volume = await on.volume(CVO, "epic_prd_dr");
    expect(volume.type).toBe("rw");
    const written = on.fabric.write(CVO, "svm_epic_dr", "epic_prd_dr");
    on.clock.advance(1000);
    await on.done(CVO, "POST", `/storage/volumes/${volume.uuid}/snapshots`, { name: "dr-only" });
    expect(written).not.toBe(mirrored);
    const held = await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    expect(held.body.error.code).toBe("13303844");
    expect(await on.done(CVO, "PATCH", path(), { state: "snapmirrored" })).toMatchObject({ state: "success" });
    expect(await on.mirror(PRD)).toMatchObject({
      state: "snapmirrored",
      transfer: { type: "resync", state: "success" },
    });
    expect((await on.volume(CVO, "epic_prd_dr")).type).toBe("dp");
    expect(on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr")).toBe(mirrored);
    expect((await snapshotsOf(CVO, "epic_prd_dr")).some((each) => each.name === "dr-only")).toBe(false);
    expect(on.fabric.effects(CVO).map((each) => each.effect)).toContain("mirror resynced");
  });

  test("break during a transfer fails in the job with the code as integer and string", async () => {
    await slow();
    on.fabric.write(ALI, "svm_epic", "epic_prd");
    await on.call(CVO, "POST", `${path()}/transfers`, { body: {} });
    const job = await on.done(CVO, "PATCH", path(), { state: "broken_off" });
    expect(job).toMatchObject({ state: "failure", code: 13303808, error: { code: "13303808" } });
  });

  test("a clone on a snapshot newer than the common one stops the resync", async () => {
    await on.done(CVO, "PATCH", path(), { state: "broken_off" });
    const volume = await on.volume(CVO, "epic_prd_dr");
    on.clock.advance(1000);
    await on.done(CVO, "POST", `/storage/volumes/${volume.uuid}/snapshots`, { name: "dr-only" });
    await on.done(CVO, "POST", "/storage/volumes", {
      name: "on_it",
      svm: { name: "svm_epic_dr" },
      clone: { is_flexclone: true, parent_volume: { name: "epic_prd_dr" }, parent_snapshot: { name: "dr-only" } },
    });
    await on.done(CVO, "PATCH", path(), { state: "snapmirrored", quick_resync: false });
    expect(await on.mirror(PRD)).toMatchObject({
      state: "broken_off",
      healthy: false,
      unhealthy_reason: [{ code: "13303810" }],
    });
  });
});

describe("create, initialise, delete", () => {
  test("a new mirror: dp volume, relationship, baseline, then deletion with its snapshots", async () => {
    const made = await on.done(CVO, "POST", "/storage/volumes", {
      name: "second",
      "svm.name": "svm_epic_dr",
      type: "DP",
      size: "12TB",
      aggregates: [{ name: "aggr2" }],
      guarantee: { type: "none" },
    });
    expect(made.state).toBe("success");
    const created = await on.done(CVO, "POST", "/snapmirror/relationships", {
      source: { path: "svm_epic:epic_prd" },
      destination: { path: "svm_epic_dr:second" },
      policy: { name: "epic_mirror" },
    });
    expect(created.state).toBe("success");
    const fresh = await on.mirror("svm_epic_dr:second");
    expect(fresh).toMatchObject({ state: "uninitialized", healthy: true });
    expect(fresh.lag_time).toBeUndefined();
    expect(fresh.transfer).toBeUndefined();
    const listed = await on.get(ALI, "/snapmirror/relationships?list_destinations_only=true");
    expect(listed.records.map((each: Json) => each.uuid)).toContain(fresh.uuid);
    const early = await on.done(CVO, "PATCH", `/snapmirror/relationships/${fresh.uuid}`, { state: "broken_off" });
    expect(early.code).toBe(13303808);
    await on.call(CVO, "POST", `/snapmirror/relationships/${fresh.uuid}/transfers`, { body: {} });
    expect(await on.mirror("svm_epic_dr:second")).toMatchObject({
      state: "snapmirrored",
      last_transfer_type: "initialize",
    });
    expect(await on.done(CVO, "DELETE", `/snapmirror/relationships/${fresh.uuid}`)).toMatchObject({ state: "success" });
    expect(await on.mirror("svm_epic_dr:second")).toBeUndefined();
    const own = await snapshotsOf(ALI, "epic_prd", "&name=snapmirror.*");
    expect(own).toHaveLength(1);
    expect((await on.volume(CVO, "second")).type).toBe("dp");
  });

  test("refusals: a taken destination, no peer alias, an interval schedule, a state without create_destination", async () => {
    const post = async (body: object): Promise<string> => {
      const reply = await on.done(CVO, "POST", "/snapmirror/relationships", {
        source: { path: "svm_epic:epic_prd" },
        destination: { path: PRD },
        policy: { name: "epic_mirror" },
        ...body,
      });
      return String(reply.code ?? reply.body.error.code);
    };
    await on.call(CVO, "POST", "/cluster/schedules", { body: { name: "every5", interval: "PT5M" } });
    expect(await post({})).toBe("6619637");
    expect(await post({ source: { path: "nobody:epic_prd" } })).toBe("13303886");
    expect(await post({ source: { path: "epic_prd" } })).toBe("13303852");
    expect(await post({ state: "snapmirrored" })).toBe("13303873");
    expect(await post({ transfer_schedule: { name: "every5" } })).toBe("6619714");
    expect(await post({ transfer_schedule: { name: "none" } })).toBe("6619699");
    expect(await post({ policy: { name: "none" } })).toBe("13303821");
  });

  test("destination_only leaves the source's record, source_only takes it", async () => {
    await on.done(CVO, "DELETE", `${path()}?destination_only=true`);
    const listed = async (): Promise<number> =>
      (await on.get(ALI, `/snapmirror/relationships?list_destinations_only=true&uuid=${uuid}`)).num_records;
    expect(await listed()).toBe(1);
    expect(await snapshotsOf(ALI, "epic_prd", "&name=snapmirror.*")).toHaveLength(1);
    expect(await on.done(ALI, "DELETE", `${path()}?source_only=true`)).toMatchObject({ state: "success" });
    expect(await listed()).toBe(0);
    expect(await snapshotsOf(ALI, "epic_prd", "&name=snapmirror.*")).toHaveLength(0);
  });

  test("a fresh relationship may be missing from GET for seconds after its job", async () => {
    await on.close();
    on = await arrays({ jobMs: { volume: [0, 0], mirror: [0, 0] }, visibilityMs: [3000, 3000] });
    await on.done(CVO, "POST", "/storage/volumes", {
      name: "late",
      svm: { name: "svm_epic_dr" },
      type: "dp",
      size: "12TB",
      guarantee: { type: "none" },
    });
    const job = await on.done(CVO, "POST", "/snapmirror/relationships", {
      source: { path: "svm_epic:epic_prd" },
      destination: { path: "svm_epic_dr:late" },
      policy: { name: "epic_mirror" },
    });
    expect(job.state).toBe("success");
    expect(await on.mirror("svm_epic_dr:late")).toBeUndefined();
    on.clock.advance(3000);
    expect(await on.mirror("svm_epic_dr:late")).toMatchObject({ state: "uninitialized" });
  });
});
