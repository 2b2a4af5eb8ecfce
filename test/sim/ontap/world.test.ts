import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ALI, type Arrays, arrays, CVO } from "./support.js";

let on: Arrays;
beforeAll(async () => {
  on = await arrays();
});
afterAll(() => on.close());

describe("the seeded world", () => {
  test("has both clusters in their releases", async () => {
    expect((await on.get(ALI, "/cluster?fields=name,version")).version.full).toMatch(/9\.14\.1/);
    expect((await on.get(CVO, "/cluster")).name).toBe(CVO);
  });

  test("holds seven nights on the array and thirty on CVO, equal by version, one crash-consistent", async () => {
    const source = await on.volume(ALI, "epic_prd");
    const mirror = await on.volume(CVO, "epic_prd_dr");
    const query = "snapshots?fields=name,version_uuid,comment,snapmirror_label,uuid,owners&name=nightly.*";
    const here = (await on.get(ALI, `/storage/volumes/${source.uuid}/${query}`)).records;
    const there = (await on.get(CVO, `/storage/volumes/${mirror.uuid}/${query}`)).records;
    expect(here).toHaveLength(7);
    expect(there).toHaveLength(30);
    expect(here.at(-1).name).toBe("nightly.2026-11-22_0200");
    const twin = there.find((each: { name: string }) => each.name === here[0].name);
    expect(twin.version_uuid).toBe(here[0].version_uuid);
    expect(twin.uuid).not.toBe(here[0].uuid);
    expect(there.filter((each: { comment: string }) => each.comment.startsWith("crash-consistent"))).toHaveLength(1);
    expect(there.every((each: { snapmirror_label: string }) => each.snapmirror_label === "daily")).toBe(true);
  });

  test("every night has its own content, the live volume a newer one", () => {
    const contents = ["2026-11-21", "2026-11-22"].map((day) =>
      on.fabric.contentOf(CVO, "svm_epic_dr", "epic_prd_dr", `nightly.${day}_0200`),
    );
    contents.push(on.fabric.contentOf(ALI, "svm_epic", "epic_prd"));
    expect(new Set(contents).size).toBe(3);
    expect(on.fabric.contentOf(ALI, "svm_epic", "epic_prd", "nightly.2026-11-22_0200")).toBe(contents[1]);
  });

  test("mirrors are healthy with SnapMirror's own snapshot owned on both sides", async () => {
    const mirror = await on.mirror("svm_epic_dr:epic_prd_dr");
    expect(mirror).toMatchObject({
      state: "snapmirrored",
      healthy: true,
      source: { path: "svm_epic:epic_prd", cluster: { name: ALI } },
      policy: { name: "epic_mirror" },
      transfer_schedule: { name: "epic_15min" },
      lag_time: "PT7M",
      transfer: { state: "success", type: "update" },
    });
    expect(mirror.transfer.uuid).toBeUndefined();
    for (const [cluster, name] of [[ALI, "epic_prd"] as const, [CVO, "epic_prd_dr"] as const]) {
      const volume = await on.volume(cluster, name);
      const own = await on.get(cluster, `/storage/volumes/${volume.uuid}/snapshots?name=snapmirror.*&fields=owners`);
      expect(own.records).toEqual([
        expect.objectContaining({ name: mirror.exported_snapshot, owners: ["snapmirror"] }),
      ]);
    }
  });

  test("LUNs are mapped over Fibre Channel, readable by WWPN and writable", async () => {
    const san = on.fabric.san();
    const seen = san.fcLuns("10:00:00:10:9b:5a:01:01");
    expect(seen.map((each) => each.number)).toEqual([0, 1, 2, 3, 4, 5]);
    const serial = seen[0]?.serial ?? "";
    expect(serial).toHaveLength(12);
    expect(san.readDisk(serial)).toMatchObject({
      lvm: { vgName: "vg_epicprd", pvIndex: 0, pvCount: 4 },
      fs: { type: "xfs" },
    });
    const content = san.contentId(serial);
    expect(san.writeDisk(serial, { ...san.readDisk(serial), x: 1 }, false)).toBe(true);
    expect(san.contentId(serial)).toBe(content);
    expect(san.writeDisk(serial, { ...san.readDisk(serial), x: 2 }, true)).toBe(true);
    expect(san.contentId(serial)).not.toBe(content);
  });

  test("iSCSI: discovery, a session the array shows, and no LUN without a map", async () => {
    const san = on.fabric.san();
    const target = san.discover("10.8.1.21");
    expect(target?.portals.map((each) => each.address)).toEqual(["10.8.1.21", "10.8.1.22"]);
    expect(san.discover("10.9.9.9")).toBeUndefined();
    const iqn = target?.iqn ?? "";
    expect(iqn).toMatch(/^iqn\.1992-08\.com\.netapp:sn\.[0-9a-f]{32}:vs\.\d+$/);
    const host = "iqn.1994-05.com.redhat:epic-trn-01";
    expect(san.login(iqn, "10.8.1.21", host)).toBe("ok");
    expect(san.login("iqn.wrong", "10.8.1.21", host)).toBe("refused");
    expect(san.login(iqn, "10.9.9.9", host)).toBe("unreachable");
    const shown = await on.get(
      CVO,
      `/protocols/san/iscsi/sessions?initiator.name=${encodeURIComponent(host)}&fields=*`,
    );
    expect(shown.records[0]).toMatchObject({
      initiator: { name: host },
      connections: [{ interface: { name: "iscsi_01" } }],
    });
    expect(san.luns(iqn, "10.8.1.21", host)).toEqual([]);
    san.logout(iqn, "10.8.1.21", host);
    expect((await on.get(CVO, "/protocols/san/iscsi/sessions")).num_records).toBe(0);
  });
});
