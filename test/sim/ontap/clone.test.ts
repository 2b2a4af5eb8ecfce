import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { instant } from "../../../sim/ontap/index.js";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

const SLUICE = "sluice:sluice-cvo-1!";
const HOST = "iqn.1994-05.com.redhat:epic-trn-01";
const NIGHT = "nightly.2026-11-22_0200";
let on: Arrays;
beforeEach(async () => {
  on = await arrays();
});
afterEach(() => on.close());

const cloneBody = (name: string, snapshot?: string): object => ({
  name,
  svm: { name: "svm_epic_dr" },
  type: "rw",
  clone: {
    is_flexclone: true,
    parent_volume: { name: "epic_prd_dr" },
    ...(snapshot === undefined ? {} : { parent_snapshot: { name: snapshot } }),
  },
  guarantee: { type: "none" },
  snapshot_policy: { name: "none" },
  comment: "run 42",
  _tags: ["sluice:clone"],
});

async function clone(name = "trn"): Promise<Json> {
  const job = await on.done(CVO, "POST", "/storage/volumes", cloneBody(name, NIGHT), SLUICE);
  expect(job.state).toBe("success");
  return on.volume(CVO, name);
}

const lunsOf = async (volume: string): Promise<Json[]> =>
  (await on.get(CVO, `/storage/luns?location.volume.name=${volume}&fields=name,uuid,serial_number,status,lun_maps`))
    .records;

describe("FlexClone of the mirror", () => {
  test("same aggregate and content, own serials, unmapped; its snapshot is held", async () => {
    const made = await clone();
    expect(made).toMatchObject({
      type: "rw",
      state: "online",
      comment: "run 42",
      _tags: ["sluice:clone"],
      aggregates: [{ name: "aggr1" }],
      clone: { is_flexclone: true, parent_volume: { name: "epic_prd_dr" }, parent_snapshot: { name: NIGHT } },
    });
    const [mine, parents] = [await lunsOf("trn"), await lunsOf("epic_prd_dr")];
    expect(mine).toHaveLength(4);
    expect(mine.every((each) => each.status.mapped === false && each.status.state === "online")).toBe(true);
    const serials = new Set([...mine, ...parents].map((each) => each.serial_number));
    expect(serials.size).toBe(8);
    expect(on.fabric.contentOf(CVO, "svm_epic_dr", "trn")).toBe(
      on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr", NIGHT),
    );
    const parent = await on.volume(CVO, "epic_prd_dr");
    const held = await on.get(CVO, `/storage/volumes/${parent.uuid}/snapshots?name=${NIGHT}&fields=owners`);
    expect(held.records[0].owners).toEqual(["volume_clone"]);
    expect(await on.done(CVO, "DELETE", `/storage/volumes/${parent.uuid}`)).toMatchObject({ code: 524615 });
  });

  test("maps to a host, whose view is the array's; released it leaves nothing", async () => {
    const before = on.fabric.snapshot();
    await clone();
    const igroup = await on.call(CVO, "POST", "/protocols/san/igroups?return_records=true", {
      body: {
        name: "ig_trn",
        "svm.name": "svm_epic_dr",
        os_type: "linux",
        protocol: "iscsi",
        initiators: [{ name: HOST }],
      },
      as: SLUICE,
    });
    expect(igroup.status).toBe(201);
    for (const lun of await lunsOf("trn")) {
      const body = { svm: { name: "svm_epic_dr" }, lun: { name: lun.name }, igroup: { name: "ig_trn" } };
      const mapped = await on.call(CVO, "POST", "/protocols/san/lun-maps?return_records=true", { body, as: SLUICE });
      expect(mapped.status).toBe(201);
      const again = await on.call(CVO, "POST", "/protocols/san/lun-maps", { body });
      expect(again.body.error.code).toBe("1254207");
    }
    const san = on.fabric.san();
    const iqn = san.discover("10.8.1.21")?.iqn ?? "";
    san.login(iqn, "10.8.1.21", HOST);
    expect(san.luns(iqn, "10.8.1.21", HOST)?.map((each) => each.number)).toEqual([0, 1, 2, 3]);
    expect(
      (await on.get(CVO, "/protocols/san/igroups?name=ig_trn&fields=connectivity_tracking")).records[0]
        .connectivity_tracking,
    ).toEqual({
      connection_state: "partial",
    });
    san.logout(iqn, "10.8.1.21", HOST);
    expect(on.fabric.snapshot()).not.toEqual(before);
    const { records } = await on.get(CVO, "/protocols/san/lun-maps?igroup.name=ig_trn");
    expect(records).toHaveLength(4);
    const uuid = igroup.body.records[0].uuid;
    expect((await on.call(CVO, "DELETE", `/protocols/san/igroups/${uuid}`)).body.error.code).toBe("1254213");
    for (const map of records) {
      const path = `/protocols/san/lun-maps/${map.lun.uuid}/${map.igroup.uuid}`;
      expect((await on.call(CVO, "DELETE", path, { as: SLUICE })).status).toBe(200);
      expect((await on.call(CVO, "DELETE", path, { as: SLUICE })).body.error.code).toBe("5374922");
    }
    expect((await on.call(CVO, "DELETE", `/protocols/san/igroups/${uuid}`, { as: SLUICE })).status).toBe(200);
    const volume = await on.volume(CVO, "trn");
    expect(await on.done(CVO, "DELETE", `/storage/volumes/${volume.uuid}?force=true`, undefined, SLUICE)).toMatchObject(
      { state: "success" },
    );
    expect(on.fabric.snapshot()).toEqual(before);
  });

  test("without force it waits in the recovery queue and still holds its snapshot", async () => {
    const volume = await clone();
    const parent = await on.volume(CVO, "epic_prd_dr");
    await on.done(CVO, "DELETE", `/storage/volumes/${volume.uuid}`);
    expect(await on.volume(CVO, "trn")).toBeUndefined();
    const owners = async (): Promise<Json> =>
      (await on.get(CVO, `/storage/volumes/${parent.uuid}/snapshots?name=${NIGHT}&fields=owners`)).records[0].owners;
    expect(await owners()).toEqual(["volume_clone"]);
    on.clock.advance(12 * 3_600_000);
    expect(await owners()).toBeUndefined();
  });

  test("refusals", async () => {
    const code = async (body: object): Promise<string> => {
      const reply = await on.done(CVO, "POST", "/storage/volumes", body);
      return String(reply.code ?? reply.body.error.code);
    };
    expect(await code(cloneBody("x"))).toBe("918247");
    expect(await code(cloneBody("x", "no-such"))).toBe("524597");
    expect(await code(cloneBody("epic_prd_dr", NIGHT))).toBe("917526");
    expect(await code(cloneBody("1x", NIGHT))).toBe("917887");
    expect(await code({ ...cloneBody("x", NIGHT), type: "dp" })).toBe("918244");
    expect(await code({ ...cloneBody("x", NIGHT), size: 5 })).toBe("918247");
    expect(
      await code({ ...cloneBody("x", NIGHT), clone: { is_flexclone: true, parent_volume: { name: "nope" } } }),
    ).toBe("524601");
    on.fabric.fault(CVO, { condition: "keyVaultDown" });
    expect(await code(cloneBody("x", NIGHT))).toBe("65537463");
  });

  test("a mapped clone: deletion works or is busy, as the knob says", async () => {
    const mapped = async (): Promise<Json> => {
      const volume = await clone();
      await on.call(CVO, "POST", "/protocols/san/igroups", {
        body: { name: "ig", svm: { name: "svm_epic_dr" }, os_type: "linux", initiators: [{ name: HOST }] },
      });
      const body = { svm: { name: "svm_epic_dr" }, lun: { name: "/vol/trn/data00" }, igroup: { name: "ig" } };
      await on.call(CVO, "POST", "/protocols/san/lun-maps", { body });
      return on.done(CVO, "DELETE", `/storage/volumes/${volume.uuid}?force=true`);
    };
    expect(await mapped()).toMatchObject({ state: "success" });
    expect((await on.get(CVO, "/protocols/san/lun-maps")).num_records).toBe(0);
    await on.close();
    on = await arrays({ ...instant, deleteWithMappedLun: "busy" });
    expect(await mapped()).toMatchObject({ state: "failure", code: 524486 });
  });

  test("a split clone is a volume of its own", async () => {
    const volume = await clone();
    expect(
      await on.done(CVO, "PATCH", `/storage/volumes/${volume.uuid}`, { clone: { split_initiated: true } }),
    ).toMatchObject({ state: "success" });
    expect((await on.volume(CVO, "trn")).clone).toEqual({ is_flexclone: false });
  });

  test("retention cannot drop a cloned night: it stays and the array says so", async () => {
    const oldest = "nightly.2026-10-24_0200";
    await on.done(CVO, "POST", "/storage/volumes", cloneBody("old", oldest));
    on.clock.advance(24 * 3_600_000);
    const parent = await on.volume(CVO, "epic_prd_dr");
    const { records } = await on.get(CVO, `/storage/volumes/${parent.uuid}/snapshots?snapmirror_label=daily`);
    expect(records).toHaveLength(31);
    expect(records[0].name).toBe(oldest);
    const ems = await on.get(CVO, "/support/ems/events?message.name=snapmirror.dst.snapDelErr&fields=log_message");
    expect(ems.records[0].log_message).toContain(oldest);
  });
});

describe("snapshots", () => {
  test("none are made, renamed or deleted on a dp volume", async () => {
    const volume = await on.volume(CVO, "epic_prd_dr");
    const base = `/storage/volumes/${volume.uuid}/snapshots`;
    const one = (await on.get(CVO, `${base}?name=${NIGHT}`)).records[0];
    expect((await on.call(CVO, "POST", base, { body: { name: "x" } })).body.error.code).toBe("1638461");
    expect((await on.call(CVO, "PATCH", `${base}/${one.uuid}`, { body: { name: "x" } })).body.error.code).toBe(
      "1638522",
    );
    expect((await on.call(CVO, "DELETE", `${base}/${one.uuid}`)).body.error.code).toBe("1638521");
  });

  test("made and deleted on a rw volume; SnapMirror's base is held, a duplicate refused in the job", async () => {
    const volume = await on.volume(ALI, "epic_prd");
    const base = `/storage/volumes/${volume.uuid}/snapshots`;
    const made = await on.call(ALI, "POST", `${base}?return_records=true&return_timeout=15`, {
      body: { name: "mine", comment: "c" },
    });
    expect(made.status).toBe(201);
    expect(made.headers["location"]).toBe(`/api${base}/${made.body.records[0].uuid}`);
    expect(await on.done(ALI, "POST", base, { name: "mine" })).toMatchObject({ code: 525059 });
    expect((await on.call(ALI, "POST", base, { body: { name: "snapmirror.x" } })).body.error.code).toBe("1638477");
    const own = (await on.get(ALI, `${base}?name=snapmirror.*`)).records[0];
    expect(await on.done(ALI, "DELETE", `${base}/${own.uuid}`)).toMatchObject({ code: 1638543 });
    expect(await on.done(ALI, "DELETE", `${base}/${made.body.records[0].uuid}`)).toMatchObject({ state: "success" });
    expect(on.fabric.effects(ALI)).toMatchObject([
      { effect: "snapshot deleted", object: "svm_epic:epic_prd@mine", by: "call" },
    ]);
  });

  test("a local revert drops newer snapshots and is refused over a SnapMirror reference", async () => {
    const volume = await on.volume(ALI, "epic_prd");
    const refused = await on.done(ALI, "PATCH", `/storage/volumes/${volume.uuid}`, {
      restore_to: { snapshot: { name: NIGHT } },
    });
    expect(refused).toMatchObject({ code: 1638480 });
    const free = await clone();
    on.fabric.write(CVO, "svm_epic_dr", "trn");
    const base = `/storage/volumes/${free.uuid}/snapshots`;
    await on.done(CVO, "POST", base, { name: "a" });
    const content = on.fabric.contentOf(CVO, "svm_epic_dr", "trn");
    on.clock.advance(1000);
    on.fabric.write(CVO, "svm_epic_dr", "trn");
    await on.done(CVO, "POST", base, { name: "b" });
    expect(
      await on.done(CVO, "PATCH", `/storage/volumes/${free.uuid}`, { restore_to: { snapshot: { name: "a" } } }),
    ).toMatchObject({ state: "success" });
    expect(on.fabric.contentOf(CVO, "svm_epic_dr", "trn")).toBe(content);
    expect((await on.get(CVO, base)).records.map((each: Json) => each.name)).toEqual(["a"]);
  });
});
