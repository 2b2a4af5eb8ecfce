import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

const HOUR_MS = 3_600_000;
let on: Arrays;
beforeEach(async () => {
  // 08:07 UTC
  on = await arrays();
});
afterEach(() => on.close());

const policy = (name: string, copies: object[], more: object = {}) =>
  on.call(ALI, "POST", "/storage/snapshot-policies", { body: { name, svm: { name: "svm_epic" }, copies, ...more } });
const copy = (schedule: string, count: number, more: object = {}): object => ({
  schedule: { name: schedule },
  count,
  ...more,
});

async function volumeWith(policyName: string | undefined, more: object = {}): Promise<Json> {
  const job = await on.done(ALI, "POST", "/storage/volumes", {
    name: "local",
    svm: { name: "svm_epic" },
    size: "20GB",
    guarantee: { type: "none" },
    ...(policyName === undefined ? {} : { snapshot_policy: { name: policyName } }),
    ...more,
  });
  if (job.state !== "success") return job;
  return on.volume(ALI, "local");
}
const snapshotsOf = async (volume: Json, fields = "name"): Promise<Json[]> =>
  (await on.get(ALI, `/storage/volumes/${volume.uuid}/snapshots?fields=${fields}&order_by=create_time`)).records;
const namesOf = async (volume: Json): Promise<string[]> => (await snapshotsOf(volume)).map((each) => each.name);

describe("a snapshot policy acts", () => {
  test("by its schedules, with prefix and label, and keeps its count of each", async () => {
    await policy("mine", [
      copy("hourly", 2, { prefix: "h", snapmirror_label: "hourly" }),
      copy("5min", 1, { prefix: "five" }),
    ]);
    const volume = await volumeWith("mine");
    expect(volume.snapshot_policy).toMatchObject({ name: "mine", uuid: expect.any(String) });
    on.clock.advance(3 * HOUR_MS);
    expect(await namesOf(volume)).toEqual(["h.2026-11-22_1005", "h.2026-11-22_1105", "five.2026-11-22_1105"]);
    expect(
      (await snapshotsOf(volume, "snapmirror_label")).filter((each) => each.snapmirror_label === "hourly"),
    ).toHaveLength(2);
  });

  test("the default policy is what an rw volume gets, and none takes none", async () => {
    const volume = await volumeWith(undefined);
    on.clock.advance(HOUR_MS);
    expect(await namesOf(volume)).toEqual(["hourly.2026-11-22_0905"]);
    await on.done(ALI, "PATCH", `/storage/volumes/${volume.uuid}`, { snapshot_policy: { name: "none" } });
    on.clock.advance(HOUR_MS);
    expect(await namesOf(volume)).toEqual(["hourly.2026-11-22_0905"]);
  });

  test("not while it is disabled, nor on a volume that is offline", async () => {
    const made = await policy("mine", [copy("hourly", 2)], { enabled: false });
    expect(made.status).toBe(201);
    const volume = await volumeWith("mine");
    on.clock.advance(HOUR_MS);
    expect(await namesOf(volume)).toEqual([]);
    const [{ uuid }] = (await on.get(ALI, "/storage/snapshot-policies?name=mine")).records;
    await on.call(ALI, "PATCH", `/storage/snapshot-policies/${uuid}`, { body: { enabled: true } });
    await on.done(ALI, "PATCH", `/storage/volumes/${volume.uuid}`, { state: "offline" });
    on.clock.advance(HOUR_MS);
    await on.done(ALI, "PATCH", `/storage/volumes/${volume.uuid}`, { state: "online" });
    expect(await namesOf(volume)).toEqual([]);
    on.clock.advance(HOUR_MS);
    expect(await namesOf(volume)).toEqual(["hourly.2026-11-22_1105"]);
  });

  test("a held snapshot is not rotated away, a locked one neither until its time", async () => {
    await policy("mine", [copy("hourly", 1)]);
    const volume = await volumeWith("mine");
    on.clock.advance(HOUR_MS);
    await on.done(ALI, "POST", "/storage/volumes", {
      name: "holds",
      svm: { name: "svm_epic" },
      clone: {
        is_flexclone: true,
        parent_volume: { name: "local" },
        parent_snapshot: { name: "hourly.2026-11-22_0905" },
      },
      snapshot_policy: { name: "none" },
    });
    on.clock.advance(HOUR_MS);
    expect(await namesOf(volume)).toEqual(["hourly.2026-11-22_0905", "hourly.2026-11-22_1005"]);
  });

  test("a volume that locks its snapshots keeps those of a policy with a period", async () => {
    await policy("mine", [copy("hourly", 1, { retention_period: "PT2H30M" })]);
    const volume = await volumeWith("mine", { snapshot_locking_enabled: true });
    on.clock.advance(2 * HOUR_MS);
    expect(await namesOf(volume)).toHaveLength(2);
    on.clock.advance(4 * HOUR_MS);
    expect(await namesOf(volume)).toEqual([
      "hourly.2026-11-22_1205",
      "hourly.2026-11-22_1305",
      "hourly.2026-11-22_1405",
    ]);
  });

  test("an SVM's own policy goes before the cluster's of the same name; an unknown one is refused", async () => {
    await policy("default", [copy("5min", 1, { prefix: "own" })]);
    const volume = await volumeWith("default");
    on.clock.advance(10 * 60_000);
    expect(await namesOf(volume)).toEqual(["own.2026-11-22_0815"]);
    const refused = await on.call(ALI, "PATCH", `/storage/volumes/${volume.uuid}`, {
      body: { snapshot_policy: { name: "nosuch" } },
    });
    expect([refused.status, refused.body.error.target]).toEqual([400, "snapshot_policy.name"]);
  });

  test("the world's own volumes take none by policy: their nights are the site's script's", async () => {
    on.clock.advance(30 * HOUR_MS);
    const names = await namesOf(await on.volume(ALI, "epic_prd"));
    expect(names.filter((each) => each.startsWith("nightly."))).toHaveLength(7);
    expect(names.filter((each) => /^(hourly|daily|weekly)\./.test(each))).toEqual([]);
  });

  test("a mirror's destination takes none until it is broken", async () => {
    const cvo = async (): Promise<string[]> =>
      (await on.get(CVO, `/storage/volumes/${(await on.volume(CVO, "epic_prd_dr")).uuid}/snapshots`)).records
        .map((each: Json) => each.name)
        .filter((each: string) => each.startsWith("hourly."));
    const mirror = await on.mirror("svm_epic_dr:epic_prd_dr");
    await on.done(CVO, "PATCH", `/snapmirror/relationships/${mirror.uuid}`, { state: "broken_off" });
    const { uuid } = await on.volume(CVO, "epic_prd_dr");
    await on.done(CVO, "PATCH", `/storage/volumes/${uuid}`, { snapshot_policy: { name: "default" } });
    on.clock.advance(HOUR_MS);
    expect(await cvo()).toEqual(["hourly.2026-11-22_0905"]);
    await on.done(CVO, "PATCH", `/snapmirror/relationships/${mirror.uuid}`, { state: "snapmirrored" });
    on.clock.advance(2 * HOUR_MS);
    expect(await cvo()).toEqual([]);
  });
});
