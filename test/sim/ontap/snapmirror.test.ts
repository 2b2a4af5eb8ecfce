import { describe, expect, test } from "@jest/globals";
import type { Knobs } from "../../../sim/ontap/knobs.js";
import { instant } from "../../../sim/ontap/knobs.js";
import { withProfile } from "../../../sim/ontap/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import type { World } from "../../../sim/worlds/types.js";
import { codeOf, direct, type Direct, one, volume } from "./direct.js";
import { ALI, CVO, type Json } from "./support.js";

const EPIC = { name: "svm_epic" };
const DR = { name: "svm_epic_dr" };
const MIRROR = "svm_epic_dr:epic_prd_dr";
const NIGHT = "nightly.2026-11-22_0200";

const mirror = (on: Direct): Promise<Json> =>
  one(on, CVO, `/snapmirror/relationships?destination.path=${MIRROR}&fields=*`);
const world = (knobs: Partial<Knobs> = {}, places: World = epic): Direct => direct({ ...instant, ...knobs }, places);
const alike: World = {
  ...epic,
  clusters: epic.clusters.map((each) => ({ ...each, release: { generation: 9, major: 16, minor: 1 } })),
};

describe("PATCH of a relationship", () => {
  test.each<[Json, string, number]>([
    [{ state: "in_sync" }, "", 13303831],
    [{ state: "expanding" }, "", 13303830],
    [{ state: "uninitialized" }, "", 13303818],
    [{ state: "nonsense" }, "", 13303817],
    [{ preserve: true }, "", 13303837],
    [{ preserve: true, state: "paused" }, "", 13303836],
    [{ restore_to_snapshot: NIGHT }, "", 13303837],
    [{ restore_to_snapshot: NIGHT, state: "paused" }, "", 13303835],
    [{ recover_after_break: true, state: "snapmirrored" }, "", 13303834],
    [{ state: "snapmirrored" }, "?failover=true", 262186],
    [{ policy: { name: "nobody" } }, "", 13303821],
    [{ policy: { name: "Sync" } }, "", 13303866],
    [{ transfer_schedule: { name: "nobody" } }, "", 6619699],
    [{ throttle: -1 }, "", 262197],
    [{ unknown: 1 }, "", 262179],
    [{ healthy: true }, "", 262196],
    [{}, "", 262190],
    [{ source: { path: "svm_epic:other" }, state: "snapmirrored" }, "", 13304120],
  ])("%j%s is %i", async (body, flags, code) => {
    const on = world();
    const { uuid } = await mirror(on);
    expect(await codeOf(on, CVO, "PATCH", `/snapmirror/relationships/${uuid}${flags}`, body)).toBe(code);
  });

  test("attributes sent with a state that fails stay changed: 13303820", async () => {
    const on = world();
    const { uuid } = await mirror(on);
    const body = { throttle: 77, state: "broken_off", restore_to_snapshot: "nobody" };
    expect(await codeOf(on, CVO, "PATCH", `/snapmirror/relationships/${uuid}`, body)).toBe(13303820);
    expect(await mirror(on)).toMatchObject({ throttle: 77, state: "snapmirrored" });
  });

  test("a second change while the first one's job runs is refused, and works when tried again", async () => {
    const on = world({ jobMs: { volume: [0, 0], mirror: [5000, 5000] } });
    const path = `/snapmirror/relationships/${(await mirror(on)).uuid}`;
    await on.call(CVO, "PATCH", path, { state: "paused" });
    expect(await codeOf(on, CVO, "PATCH", path, { throttle: 5 })).toBe(6619715);
    on.clock.advance(6000);
    expect(await codeOf(on, CVO, "PATCH", path, { throttle: 5 })).toBe(0);
  });

  test("force breaks in spite of a running transfer; without it 13303808", async () => {
    const on = world({ transferBytesPerSecond: 2 ** 20 });
    const path = `/snapmirror/relationships/${(await mirror(on)).uuid}`;
    await on.call(CVO, "POST", `${path}/transfers`, {});
    expect(await codeOf(on, CVO, "PATCH", path, { state: "broken_off" })).toBe(13303808);
    expect(await codeOf(on, CVO, "PATCH", `${path}?force=true`, { state: "broken_off" })).toBe(0);
    expect(await mirror(on)).toMatchObject({ state: "broken_off", transfer: { state: "aborted" } });
  });

  test("resync drops what the destination has beyond the common snapshot, preserve keeps it", async () => {
    for (const preserve of [false, true]) {
      const on = world();
      const path = `/snapmirror/relationships/${(await mirror(on)).uuid}`;
      await codeOf(on, CVO, "PATCH", path, { state: "broken_off" });
      const { uuid } = await volume(on, CVO, "epic_prd_dr");
      on.clock.advance(1000);
      await codeOf(on, CVO, "POST", `/storage/volumes/${uuid}/snapshots`, { name: "own" });
      await codeOf(on, CVO, "PATCH", path, { state: "snapmirrored", ...(preserve ? { preserve } : {}) });
      expect(await mirror(on)).toMatchObject({ state: "snapmirrored", last_transfer_type: "resync" });
      expect(await on.list(CVO, `/storage/volumes/${uuid}/snapshots?name=own`)).toHaveLength(preserve ? 1 : 0);
    }
  });
});

describe("quick resync", () => {
  const old: World = withProfile(epic, { cluster: CVO, release: "9.12.1" });
  test.each([
    ["9.16.1, which says nothing: quick, so refused", epic, {}, undefined, 13303810],
    ["9.16.1, told not to be", epic, {}, false, 0],
    ["9.12.1, which says nothing", old, {}, undefined, 0],
    ["the other reading of 9.16.1", epic, { quickResync: "never" as const }, undefined, 0],
  ])("with a clone of an older snapshot on the volume: %s", async (_name, places, knobs, quick, code) => {
    const on = world(knobs, places);
    const path = `/snapmirror/relationships/${(await mirror(on)).uuid}`;
    const parent = await volume(on, CVO, "epic_prd_dr");
    const [snapshot] = await on.list(CVO, `/storage/volumes/${parent.uuid}/snapshots?name=nightly.*`);
    const clone = {
      is_flexclone: true,
      parent_volume: { name: "epic_prd_dr" },
      parent_snapshot: { name: snapshot.name },
    };
    expect(
      await codeOf(on, CVO, "POST", "/storage/volumes", {
        name: "held",
        svm: { name: "svm_epic_dr" },
        type: "rw",
        clone,
      }),
    ).toBe(0);
    await codeOf(on, CVO, "PATCH", path, { state: "broken_off" });
    const asked = { state: "snapmirrored", ...(quick === undefined ? {} : { quick_resync: quick }) };
    expect(await codeOf(on, CVO, "PATCH", path, asked)).toBe(code);
    expect((await mirror(on)).state).toBe(code === 0 ? "snapmirrored" : "broken_off");
  });
});

describe("reversal in one call", () => {
  const swap = { source: { path: MIRROR }, destination: { path: "svm_epic:epic_prd" }, state: "snapmirrored" };

  test("refused where the source is older, the policy makes no snapshots, or is another on the other side", async () => {
    const on = world();
    const path = `/snapmirror/relationships/${(await mirror(on)).uuid}`;
    expect(await codeOf(on, CVO, "PATCH", path, swap)).toBe(13304062);
    const same = world({}, alike);
    const there = `/snapmirror/relationships/${(await mirror(same)).uuid}`;
    expect(await codeOf(same, CVO, "PATCH", there, { ...swap, throttle: 5 })).toBe(262186);
    await codeOf(same, CVO, "PATCH", there, { policy: { name: "XDPDefault" } });
    expect(await codeOf(same, CVO, "PATCH", there, swap)).toBe(13304086);
    const rule = { retention: [{ label: "daily", count: "3" }] };
    const { uuid } = await one(same, ALI, "/snapmirror/policies?name=epic_mirror");
    await codeOf(same, CVO, "PATCH", there, { policy: { name: "epic_mirror" } });
    await codeOf(same, ALI, "PATCH", `/snapmirror/policies/${uuid}`, rule);
    expect(await codeOf(same, CVO, "PATCH", there, swap)).toBe(13303996);
  });

  test.each([true, false])(
    "the mirror lives on the other cluster afterwards (same uuid: %s)",
    async (reverseKeepsUuid) => {
      const on = world({ reverseKeepsUuid }, alike);
      const { uuid } = await mirror(on);
      expect(await codeOf(on, CVO, "PATCH", `/snapmirror/relationships/${uuid}`, swap)).toBe(0);
      expect(await mirror(on)).toBeUndefined();
      const [turned] = await on.list(ALI, "/snapmirror/relationships?fields=*");
      expect(turned).toMatchObject({
        source: { path: MIRROR },
        destination: { path: "svm_epic:epic_prd" },
        state: "snapmirrored",
        last_transfer_type: "resync",
      });
      expect(turned.uuid === uuid).toBe(reverseKeepsUuid);
      expect((await volume(on, ALI, "epic_prd")).type).toBe("dp");
      expect((await volume(on, CVO, "epic_prd_dr")).type).toBe("rw");
      expect(await on.list(CVO, "/snapmirror/relationships?list_destinations_only=true")).toHaveLength(1);
    },
  );
});

describe("transfers", () => {
  const slow = { transferBytesPerSecond: 10 };

  test.each([
    ["aborted", true],
    ["hard_aborted", false],
  ] as const)("%s keeps its checkpoint: %s", async (state, keeps) => {
    const on = world(slow);
    const path = `/snapmirror/relationships/${(await mirror(on)).uuid}`;
    await on.call(CVO, "POST", `${path}/transfers`, {});
    on.clock.advance(60_000);
    const before = (await mirror(on)).transfer;
    expect(await codeOf(on, CVO, "PATCH", `${path}/transfers/${before.uuid}`, { state: "paused" })).toBe(13303849);
    expect(await codeOf(on, CVO, "PATCH", `${path}/transfers/${before.uuid}`, { state })).toBe(0);
    expect(await codeOf(on, CVO, "PATCH", `${path}/transfers/${before.uuid}`, { state })).toBe(4);
    await on.call(CVO, "POST", `${path}/transfers`, {});
    const again = (await mirror(on)).transfer.bytes_transferred;
    if (keeps) expect(again).toBeGreaterThanOrEqual(before.bytes_transferred);
    else expect(again).toBeLessThan(before.bytes_transferred);
  });

  test("a throttle holds for transfers that begin later only", async () => {
    const on = world({ transferBytesPerSecond: 2 ** 20 });
    const path = `/snapmirror/relationships/${(await mirror(on)).uuid}`;
    await on.call(CVO, "POST", `${path}/transfers`, {});
    await codeOf(on, CVO, "PATCH", path, { throttle: 10 });
    const [running] = await on.list(CVO, `${path}/transfers?fields=*&state=transferring`);
    expect(running.throttle).toBe(0);
    on.clock.advance(3_600_000);
    await on.call(CVO, "POST", `${path}/transfers`, {});
    const [next] = await on.list(CVO, `${path}/transfers?fields=*&state=transferring`);
    expect(next.throttle).toBe(10);
  });

  test("single files: only the named LUN is written, the volume stays read-write, the record goes by itself", async () => {
    const on = world();
    const before = await volume(on, ALI, "epic_prd");
    const body = { source: { path: MIRROR }, destination: { path: "svm_epic:epic_prd" }, restore: true };
    await codeOf(on, ALI, "POST", "/snapmirror/relationships", body);
    const { uuid } = await one(on, ALI, "/snapmirror/relationships");
    const path = `/snapmirror/relationships/${uuid}/transfers`;
    const file = { source_path: "/data00", destination_path: "/data00_before" };
    expect(await codeOf(on, ALI, "POST", path, { files: [] })).toBe(13303846);
    expect(await codeOf(on, ALI, "POST", path, { files: Array.from({ length: 9 }, () => file) })).toBe(262197);
    expect(await codeOf(on, ALI, "POST", path, { source_snapshot: NIGHT, files: [file] })).toBe(0);
    on.clock.advance(1000);
    expect(await on.list(ALI, "/snapmirror/relationships")).toEqual([]);
    const luns = (await on.list(ALI, "/storage/luns?location.volume.name=epic_prd")).map((each) => each.name);
    expect(luns).toContain("/vol/epic_prd/data00_before");
    expect(luns).toContain("/vol/epic_prd/data00");
    expect(await volume(on, ALI, "epic_prd")).toMatchObject({ type: "rw", snapshot_count: before.snapshot_count });
  });

  test("before 9.12.1 a clone of the snapshot to be rotated stops the updates; later, or by the knob, it does not", async () => {
    const old = (major: number): World => ({
      ...epic,
      clusters: epic.clusters.map((each) => ({ ...each, release: { generation: 9, major, minor: 1 } })),
    });
    const cases = [
      { places: old(11), knobs: {}, state: "failed" },
      { places: old(11), knobs: { cloneStall: "never" as const }, state: "success" },
      { places: old(12), knobs: {}, state: "success" },
    ];
    for (const { places, knobs, state } of cases) {
      const on = world(knobs, places);
      const { uuid, exported_snapshot: name } = await mirror(on);
      const clone = { is_flexclone: true, parent_volume: { name: "epic_prd_dr" }, parent_snapshot: { name } };
      expect(await codeOf(on, CVO, "POST", "/storage/volumes", { name: "held", svm: DR, clone })).toBe(0);
      await on.call(CVO, "POST", `/snapmirror/relationships/${uuid}/transfers`, {});
      on.clock.advance(1000);
      expect((await mirror(on)).transfer.state).toBe(state);
    }
  });
});

describe("SnapMirror policies", () => {
  const base = { name: "p", svm: DR };
  const rule = { label: "daily", count: "7" };
  test.each<[Json, number]>([
    [{ retention: [rule] }, 0],
    [{ copy_all_source_snapshots: true }, 0],
    [{ copy_all_source_snapshots: true, retention: [rule] }, 13304084],
    [{ copy_all_source_snapshots: true, copy_latest_source_snapshot: true }, 13304084],
    [{ create_snapshot_on_source: true }, 13304085],
    [{ create_snapshot_on_source: false }, 6621088],
    [{ create_snapshot_on_source: false, retention: [{ ...rule, creation_schedule: { name: "daily" } }] }, 6621091],
    [{ retention: [{ ...rule, creation_schedule: { name: "daily" } }] }, 6621088],
    [{ retention: [{ ...rule, creation_schedule: { name: "daily" }, period: "P1D" }] }, 13304118],
    [{ retention: [{ ...rule, period: "a day" }] }, 13304092],
    [{ retention: [{ ...rule, count: "5000" }] }, 13304126],
    [
      {
        retention: [
          { ...rule, count: "600" },
          { label: "weekly", count: "600" },
        ],
      },
      13304130,
    ],
    [{ retention: [{ ...rule, warn: 9 }] }, 13304129],
    [{ retention: [{ ...rule, warn: 3 }] }, 6621045],
    [{ retention: Array.from({ length: 11 }, (_, i) => ({ label: `l${i}`, count: "1" })) }, 13303887],
    [{ transfer_schedule: { name: "nobody" } }, 6619699],
  ])("%j is %i", async (body, code) => {
    const on = world();
    expect(await codeOf(on, CVO, "POST", "/snapmirror/policies", { ...base, ...body })).toBe(code);
  });

  test("those that came with the release stay as they are, and older releases lack some", async () => {
    const on = world();
    const { uuid } = await one(on, CVO, "/snapmirror/policies?name=Asynchronous");
    expect(await codeOf(on, CVO, "PATCH", `/snapmirror/policies/${uuid}`, { comment: "x" })).toBe(13303842);
    expect(await codeOf(on, CVO, "DELETE", `/snapmirror/policies/${uuid}`)).toBe(13303842);
    expect(await on.list(CVO, "/snapmirror/policies?name=AutomatedFailOverDuplex")).toHaveLength(1);
    expect(await on.list(ALI, "/snapmirror/policies?name=AutomatedFailOverDuplex")).toHaveLength(0);
  });

  test("a rule with a schedule makes snapshots on the destination itself", async () => {
    const on = world();
    const { uuid } = await mirror(on);
    const retention = [rule, { label: "monthly", count: "3", prefix: "m", creation_schedule: { name: "hourly" } }];
    await codeOf(on, CVO, "POST", "/snapmirror/policies", { ...base, retention });
    await codeOf(on, CVO, "PATCH", `/snapmirror/relationships/${uuid}`, { policy: { name: "p" } });
    on.clock.advance(3 * 3_600_000);
    const { uuid: home } = await volume(on, CVO, "epic_prd_dr");
    const made = await on.list(CVO, `/storage/volumes/${home}/snapshots?name=m.*&fields=snapmirror_label`);
    expect(made).toHaveLength(3);
    expect(made[0].snapmirror_label).toBe("monthly");
  });
});

describe("creating a relationship", () => {
  test("from the source's side, with its destination", async () => {
    const on = world();
    await codeOf(on, ALI, "POST", "/storage/volumes", { name: "fresh", svm: EPIC, size: "1GB" });
    const body = {
      source: { path: "svm_epic:fresh" },
      destination: { path: "svm_epic_dr:fresh_dr", cluster: { name: CVO } },
      create_destination: { enabled: true },
      policy: { name: "epic_mirror" },
      state: "snapmirrored",
    };
    expect(await codeOf(on, ALI, "POST", "/snapmirror/relationships", body)).toBe(0);
    on.clock.advance(1000);
    const made = await one(on, CVO, "/snapmirror/relationships?destination.path=*fresh_dr&fields=*");
    expect(made).toMatchObject({ state: "snapmirrored", source: { path: "svm_epic:fresh" } });
  });

  test.each<[string, Json, number]>([
    ["another language", { language: "en_us.utf_8", type: "dp", size: "20TB" }, 13303841],
    ["too small", { type: "dp", size: "1TB" }, 13303841],
    ["offline", { type: "dp", size: "20TB", state: "offline" }, 13303938],
  ])("%s is refused", async (_why, attributes, code) => {
    const on = world();
    const volumeBody = { name: "dst", svm: DR, guarantee: { type: "none" }, ...attributes };
    expect(await codeOf(on, CVO, "POST", "/storage/volumes", volumeBody)).toBe(0);
    const body = { source: { path: "svm_epic:epic_prd" }, destination: { path: "svm_epic_dr:dst" } };
    expect(await codeOf(on, CVO, "POST", "/snapmirror/relationships", body)).toBe(code);
  });
});
