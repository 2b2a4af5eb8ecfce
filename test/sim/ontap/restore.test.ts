import { afterEach, describe, expect, test } from "@jest/globals";
import { instant, type Knobs } from "../../../sim/ontap/index.js";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

const SLUICE = "sluice:sluice-array-1!";
let on: Arrays;
afterEach(() => on.close());

const restoreBody = {
  source: { path: "svm_epic_dr:epic_prd_dr" },
  destination: { path: "svm_epic:epic_prd" },
  restore: true,
};

async function begin(knobs: Partial<Knobs>): Promise<string> {
  on = await arrays({ ...instant, ...knobs });
  const made = await on.call(ALI, "POST", "/snapmirror/relationships?return_records=true", {
    body: restoreBody,
    as: SLUICE,
  });
  expect(made.status).toBe(202);
  return made.body.records[0].uuid as string;
}

const transfer = (uuid: string, snapshot: string): Promise<Json> =>
  on.call(ALI, "POST", `/snapmirror/relationships/${uuid}/transfers`, {
    body: { source_snapshot: snapshot },
    as: SLUICE,
  });

const nights = async (): Promise<string[]> => {
  const volume = await on.volume(ALI, "epic_prd");
  const { records } = await on.get(ALI, `/storage/volumes/${volume.uuid}/snapshots?name=nightly.*`);
  return records.map((each: Json) => each.name);
};
const live = (): string | undefined => on.fabric.contentOf(ALI, "svm_epic", "epic_prd");
const serials = (): string[] =>
  on.fabric
    .san()
    .fcLuns("10:00:00:10:9b:5a:01:01")
    .map((each) => `${each.number}=${each.serial}`);

describe.each(["keep", "drop"] as const)("restore from CVO, newer snapshots: %s", (restoreNewerSnapshots) => {
  test("brings the night's content back by the array's own login, keeps serials and maps, and deletes itself", async () => {
    const uuid = await begin({ restoreNewerSnapshots });
    const before = serials();
    expect((await on.get(ALI, `/snapmirror/relationships/${uuid}`, { as: SLUICE })).restore).toBe(true);
    const wanted = on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr", "nightly.2026-11-20_0200");
    expect((await transfer(uuid, "nightly.2026-11-20_0200")).status).toBe(201);
    expect((await on.call(ALI, "GET", `/snapmirror/relationships/${uuid}`)).status).toBe(404);
    expect(live()).toBe(wanted);
    expect(await on.volume(ALI, "epic_prd")).toMatchObject({ type: "rw", state: "online" });
    expect(serials()).toEqual(before);
    const left = await nights();
    expect(left.at(-1)).toBe(restoreNewerSnapshots === "keep" ? "nightly.2026-11-22_0200" : "nightly.2026-11-20_0200");
    expect(on.fabric.effects(ALI).filter((each) => each.effect === "volume overwritten")).toHaveLength(1);
  });

  test("from a night only CVO holds: the snapshot is on the array afterwards", async () => {
    const uuid = await begin({ restoreNewerSnapshots });
    const name = "nightly.2026-10-30_0200";
    await transfer(uuid, name);
    expect(live()).toBe(on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr", name));
    expect(await nights()).toContain(name);
  });

  test("the mirror goes on only if its base survived", async () => {
    const uuid = await begin({ restoreNewerSnapshots });
    await transfer(uuid, "nightly.2026-11-20_0200");
    const mirror = await on.mirror("svm_epic_dr:epic_prd_dr");
    on.clock.advance(1000);
    await on.call(CVO, "POST", `/snapmirror/relationships/${mirror.uuid}/transfers`, { body: {} });
    const after = await on.mirror("svm_epic_dr:epic_prd_dr");
    const stuck = { healthy: false, unhealthy_reason: [{ code: "13303844" }] };
    expect(after).toMatchObject(restoreNewerSnapshots === "keep" ? { healthy: true } : stuck);
    if (restoreNewerSnapshots === "keep") expect(on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr")).toBe(live());
  });
});

describe("a restore under way", () => {
  const slow: Partial<Knobs> = { queuedMs: 1000, transferBytesPerSecond: 2 ** 20 };

  test("the volume is read-only, its LUNs cannot be mapped, the scheduled update fails; then all is well", async () => {
    const uuid = await begin(slow);
    await transfer(uuid, "nightly.2026-11-20_0200");
    expect(await on.volume(ALI, "epic_prd")).toMatchObject({ type: "rw" });
    on.clock.advance(2000);
    expect(await on.volume(ALI, "epic_prd")).toMatchObject({ type: "dp" });
    expect(on.fabric.san().fcLuns("10:00:00:10:9b:5a:01:01")[0]?.readOnly).toBe(true);
    await on.call(ALI, "POST", "/protocols/san/igroups", {
      body: { name: "other", svm: { name: "svm_epic" }, os_type: "linux" },
    });
    const map = { svm: { name: "svm_epic" }, lun: { name: "/vol/epic_prd/data00" }, igroup: { name: "other" } };
    expect((await on.call(ALI, "POST", "/protocols/san/lun-maps", { body: map })).body.error.code).toBe("5374053");
    on.clock.advance(9 * 60_000);
    expect((await on.mirror("svm_epic_dr:epic_prd_dr")).unhealthy_reason[0].code).toBe("6620053");
    on.clock.advance(48 * 3_600_000);
    expect(await on.volume(ALI, "epic_prd")).toMatchObject({ type: "rw" });
  });

  test("after a failure it stays read-only until the restore relationship is deleted", async () => {
    const uuid = await begin(slow);
    await transfer(uuid, "nightly.2026-11-20_0200");
    on.clock.advance(5000);
    expect(
      (await on.call(ALI, "DELETE", `/snapmirror/relationships/${uuid}?destination_only=true`)).body.error.code,
    ).toBe("13303855");
    expect(await on.done(ALI, "DELETE", `/snapmirror/relationships/${uuid}`)).toMatchObject({ code: 13303854 });
    on.fabric.fault(CVO, { condition: "peerDown" });
    on.clock.advance(48 * 3_600_000);
    const failed = await on.get(ALI, `/snapmirror/relationships/${uuid}`);
    expect(failed).toMatchObject({ healthy: false, transfer: { state: "failed" } });
    expect(await on.volume(ALI, "epic_prd")).toMatchObject({ type: "dp" });
    on.fabric.clearFaults();
    expect(await on.done(ALI, "DELETE", `/snapmirror/relationships/${uuid}`)).toMatchObject({ state: "success" });
    expect(await on.volume(ALI, "epic_prd")).toMatchObject({ type: "rw" });
  });

  test("a restore relationship takes no PATCH, no second one to the volume, no schedule", async () => {
    const uuid = await begin({});
    expect(
      (await on.call(ALI, "PATCH", `/snapmirror/relationships/${uuid}`, { body: { state: "paused" } })).body.error.code,
    ).toBe("13303851");
    expect(await on.done(ALI, "POST", "/snapmirror/relationships", restoreBody)).toMatchObject({ code: 6619637 });
    const scheduled = { ...restoreBody, transfer_schedule: { name: "epic_15min" } };
    expect((await on.call(ALI, "POST", "/snapmirror/relationships", { body: scheduled })).body.error.code).toBe(
      "13303869",
    );
    await transfer(uuid, "no-such-night");
    const failed = await on.get(ALI, `/snapmirror/relationships/${uuid}`);
    expect(failed).toMatchObject({ healthy: false, unhealthy_reason: [{ code: "13303845" }] });
    expect(await on.volume(ALI, "epic_prd")).toMatchObject({ type: "rw" });
  });
});
