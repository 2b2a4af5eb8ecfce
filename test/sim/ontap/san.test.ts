import { describe, expect, test } from "@jest/globals";
import { instant } from "../../../sim/ontap/knobs.js";
import { codeOf, direct, type Direct, one, volume } from "./direct.js";
import { ALI, CVO, type Json } from "./support.js";

const EPIC = { name: "svm_epic" };
const DR = { name: "svm_epic_dr" };
const IQN = "iqn.1994-05.com.redhat:one";
const world = (): Direct => direct(instant);

async function igroup(on: Direct, name: string, more: Json = {}): Promise<string> {
  const body = { name, svm: DR, os_type: "linux", protocol: "iscsi", ...more };
  expect(await codeOf(on, CVO, "POST", "/protocols/san/igroups", body)).toBe(0);
  return `/protocols/san/igroups/${(await one(on, CVO, `/protocols/san/igroups?name=${name}`)).uuid}`;
}

/** A volume with a LUN, mapped to `ig`. */
async function mapped(on: Direct): Promise<{ lun: Json; path: string }> {
  await codeOf(on, CVO, "POST", "/storage/volumes", { name: "v", svm: DR, size: "1TB" });
  const body = { name: "/vol/v/l0", svm: DR, os_type: "linux", space: { size: "1GB" } };
  expect(await codeOf(on, CVO, "POST", "/storage/luns", body)).toBe(0);
  const path = await igroup(on, "ig", { initiators: [{ name: IQN }] });
  const map = { svm: DR, lun: { name: "/vol/v/l0" }, igroup: { name: "ig" }, logical_unit_number: 7 };
  expect(await codeOf(on, CVO, "POST", "/protocols/san/lun-maps", map)).toBe(0);
  return { lun: await one(on, CVO, "/storage/luns?name=/vol/v/l0&fields=**"), path };
}

describe("igroups", () => {
  test("hold igroups or initiators, not both, and never themselves", async () => {
    const on = world();
    const inner = await igroup(on, "inner", { initiators: [{ name: IQN }] });
    const outer = await igroup(on, "outer");
    await igroup(on, "odd", { os_type: "windows" });
    expect(await codeOf(on, CVO, "POST", `${outer}/igroups`, { name: "nobody" })).toBe(5374852);
    expect(await codeOf(on, CVO, "POST", `${outer}/igroups`, { name: "odd" })).toBe(5374734);
    expect(await codeOf(on, CVO, "POST", `${outer}/igroups`, { name: "inner" })).toBe(0);
    expect(await codeOf(on, CVO, "POST", `${outer}/igroups`, { name: "inner" })).toBe(1);
    expect(await codeOf(on, CVO, "POST", `${outer}/igroups`, { name: "outer" })).toBe(262245);
    expect(await codeOf(on, CVO, "POST", `${outer}/initiators`, { name: "iqn.1994-05.com.redhat:two" })).toBe(262186);
    expect(await codeOf(on, CVO, "POST", `${inner}/igroups`, { name: "outer" })).toBe(262186);
    const encoded = encodeURIComponent(IQN);
    expect(await codeOf(on, CVO, "DELETE", `${outer}/initiators/${encoded}`)).toBe(5374041);
    expect((await on.call(CVO, "GET", outer)).body).toMatchObject({ igroups: [{ name: "inner" }] });
    expect((await on.call(CVO, "GET", inner)).body).toMatchObject({ parent_igroups: [{ name: "outer" }] });
  });

  test("a LUN mapped to the outer one is seen by the inner one's initiator", async () => {
    const on = world();
    const { lun } = await mapped(on);
    const inner = await igroup(on, "inner", { initiators: [{ name: "iqn.1994-05.com.redhat:two" }] });
    const outer = await igroup(on, "outer", { igroups: [{ name: "inner" }] });
    const map = { svm: DR, lun: { name: lun.name }, igroup: { name: "outer" } };
    expect(await codeOf(on, CVO, "POST", "/protocols/san/lun-maps", map)).toBe(0);
    expect(await codeOf(on, CVO, "DELETE", outer)).toBe(1254213);
    // Its initiator is an initiator of the outer one: it would see the LUN by two ways.
    const again = { svm: DR, lun: { name: lun.name }, igroup: { name: "inner" } };
    expect(await codeOf(on, CVO, "POST", "/protocols/san/lun-maps", again)).toBe(1254193);
    expect(await codeOf(on, CVO, "PATCH", `${inner}/initiators/iqn.1994-05.com.redhat%3Atwo`, { comment: "x" })).toBe(
      0,
    );
  });

  test("one that goes with its last map", async () => {
    const on = world();
    const { lun } = await mapped(on);
    const path = await igroup(on, "brief", { delete_on_unmap: true });
    const map = { svm: DR, lun: { name: lun.name }, igroup: { name: "brief" } };
    await codeOf(on, CVO, "POST", "/protocols/san/lun-maps", map);
    const uuid = path.split("/").at(-1) ?? "";
    expect(await codeOf(on, CVO, "DELETE", `/protocols/san/lun-maps/${lun.uuid}/${uuid}`)).toBe(0);
    expect((await on.call(CVO, "GET", path)).status).toBe(404);
  });
});

describe("LUNs", () => {
  test("renamed or moved to another volume they keep uuid, serial and map", async () => {
    const on = world();
    const { lun } = await mapped(on);
    const path = `/storage/luns/${lun.uuid}`;
    expect(await codeOf(on, CVO, "PATCH", path, { name: "/vol/v/l1" })).toBe(0);
    expect(await codeOf(on, CVO, "PATCH", path, { name: "/vol/epic_prd_dr/l1" })).toBe(5374125);
    expect(await codeOf(on, CVO, "PATCH", path, { name: "/vol/nobody/l1" })).toBe(917927);
    const { uuid } = await volume(on, CVO, "v");
    await codeOf(on, CVO, "POST", `/storage/volumes/${uuid}/snapshots`, { name: "before" });
    await codeOf(on, CVO, "POST", "/storage/volumes", { name: "w", svm: DR, size: "1TB" });
    expect(await codeOf(on, CVO, "PATCH", path, { name: "/vol/w/l1" })).toBe(0);
    const moved = (await on.call(CVO, "GET", `${path}?fields=**`)).body;
    expect(moved).toMatchObject({ name: "/vol/w/l1", serial_number: lun.serial_number });
    expect(moved.lun_maps).toMatchObject([{ igroup: { name: "ig" }, logical_unit_number: 7 }]);
    // What comes back from a snapshot is another LUN.
    await codeOf(on, CVO, "PATCH", `/storage/volumes/${uuid}`, { restore_to: { snapshot: { name: "before" } } });
    const back = await one(on, CVO, "/storage/luns?name=/vol/v/l1&fields=serial_number");
    expect(back.serial_number).not.toBe(lun.serial_number);
  });

  test("a copy has the source's size and type, its own serial, and no map", async () => {
    const on = world();
    const { lun } = await mapped(on);
    const body = { name: "/vol/v/copy", svm: DR, clone: { source: { name: lun.name } } };
    expect(await codeOf(on, CVO, "POST", "/storage/luns", body)).toBe(0);
    expect(await codeOf(on, CVO, "POST", "/storage/luns", body)).toBe(5374928);
    const made = await one(on, CVO, "/storage/luns?name=/vol/v/copy&fields=**");
    expect(made).toMatchObject({ os_type: "linux", space: { size: lun.space.size }, status: { mapped: false } });
    expect(made.serial_number).not.toBe(lun.serial_number);
  });

  test("reporting nodes: owner and partner; others only with an interface there", async () => {
    const on = world();
    const { lun, path } = await mapped(on);
    const uuid = path.split("/").at(-1) ?? "";
    const nodes = `/protocols/san/lun-maps/${lun.uuid}/${uuid}/reporting-nodes`;
    expect(await on.list(CVO, nodes)).toHaveLength(2);
    expect(await codeOf(on, CVO, "POST", nodes, { name: "nobody" })).toBe(4);
    expect(await codeOf(on, CVO, "POST", nodes, { name: `${CVO}-02` })).toBe(0);
  });
});

describe("the iSCSI service", () => {
  test("is disabled before it is deleted", async () => {
    const on = world();
    const { svm } = await one(on, CVO, "/protocols/san/iscsi/services");
    const path = `/protocols/san/iscsi/services/${svm.uuid}`;
    expect(await codeOf(on, CVO, "POST", "/protocols/san/iscsi/services", { svm: DR })).toBe(5374077);
    expect(await codeOf(on, CVO, "DELETE", path)).toBe(5373960);
    await codeOf(on, CVO, "PATCH", path, { enabled: false });
    expect(await codeOf(on, CVO, "DELETE", path)).toBe(0);
    expect(await codeOf(on, CVO, "PATCH", path, { enabled: true })).toBe(5374078);
  });

  test("secrets of CHAP are written and never read", async () => {
    const on = world();
    const chap = { inbound: { user: "host", password: "quite-secret" } };
    const body = { svm: DR, initiator: IQN, authentication_type: "chap", chap };
    expect(await codeOf(on, CVO, "POST", "/protocols/san/iscsi/credentials", body)).toBe(0);
    expect(await codeOf(on, CVO, "POST", "/protocols/san/iscsi/credentials", body)).toBe(1);
    const shown = await one(on, CVO, "/protocols/san/iscsi/credentials?fields=**");
    expect(shown).toMatchObject({ initiator: IQN, chap: { inbound: { user: "host" } } });
    expect(JSON.stringify(shown)).not.toContain("quite-secret");
  });
});

describe("the recovery queue", () => {
  test("shows what was deleted without force, gives it back or lets it go", async () => {
    const on = world();
    await codeOf(on, CVO, "POST", "/storage/volumes", { name: "v", svm: DR, size: "1GB" });
    const { uuid } = await volume(on, CVO, "v");
    const queue = "/private/cli/volume/recovery-queue";
    await codeOf(on, CVO, "DELETE", `/storage/volumes/${uuid}`);
    const [queued] = await on.list(CVO, queue);
    expect(queued.volume).toMatch(/^v_\d+$/);
    expect(await codeOf(on, CVO, "GET", `${queue}?fields=*`)).toBe(262220);
    const body = { vserver: queued.vserver, volume: queued.volume };
    expect(await codeOf(on, CVO, "POST", `${queue}/recover`, body)).toBe(0);
    expect((await volume(on, CVO, "v")).uuid).toBe(uuid);
    await codeOf(on, CVO, "DELETE", `/storage/volumes/${uuid}`);
    expect(await codeOf(on, CVO, "POST", `${queue}/purge`, body)).toBe(0);
    expect(await on.list(CVO, queue)).toEqual([]);
  });
});

describe("what else is kept", () => {
  test("snapshot policies, with schedules that are there", async () => {
    const on = world();
    const copies = [{ count: 3, schedule: { name: "hourly" }, snapmirror_label: "hourly" }];
    const path = "/storage/snapshot-policies";
    expect(await codeOf(on, ALI, "POST", path, { name: "p", svm: EPIC })).toBe(262212);
    expect(await codeOf(on, ALI, "POST", path, { name: "p", svm: EPIC, copies })).toBe(0);
    expect(await codeOf(on, ALI, "POST", path, { name: "p", svm: EPIC, copies })).toBe(1638408);
    const { uuid } = await one(on, ALI, `${path}?name=none`);
    expect(await codeOf(on, ALI, "DELETE", `${path}/${uuid}`)).toBe(1638415);
  });

  test("the audit trail has writes, and reads when they are asked for", async () => {
    const on = world();
    expect(await codeOf(on, ALI, "PATCH", "/security/audit", { http: true })).toBe(0);
    expect((await on.call(ALI, "GET", "/security/audit")).body).toMatchObject({ http: true });
    const asup = { message: "a change", type: "all" };
    expect(await codeOf(on, ALI, "POST", "/support/autosupport/messages", asup)).toBe(0);
    expect(await codeOf(on, ALI, "POST", "/support/autosupport/messages", asup)).toBe(8650853);
    expect(await on.list(ALI, "/support/autosupport/messages")).toHaveLength(2);
    const place = { name: "hook", type: "rest_api", destination: "https://example.org/hook" };
    expect(await codeOf(on, ALI, "POST", "/support/ems/destinations", place)).toBe(0);
    expect(await codeOf(on, ALI, "POST", "/support/ems/destinations", place)).toBe(1);
    const known = await on.list(ALI, "/support/ems/messages?name=LUN.*&fields=severity");
    expect(known.map((each) => each.name)).toEqual(["LUN.destroy", "LUN.offline", "LUN.online"]);
  });
});
