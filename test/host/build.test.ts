import { describe, expect, test } from "@jest/globals";
import { attach, build, unbuild, wwidOf, type BuildInput, type UnbuildInput } from "../../src/host/index.js";
import { attachInput, place, type Place } from "./support/world.js";

const GiB = 2 ** 30;
const fresh = ["80Abc+NEW001", "80Abc+NEW002"] as const;
type Name = "epic-trn-01" | "epic-prd-01";

/** A host whose array has just given it two empty LUNs, over iSCSI or Fibre Channel. */
function setUp(name: Name) {
  const at = place(name);
  fresh.forEach((serial, i) => {
    at.san.create(serial, GiB, null, "empty");
    (name === "epic-trn-01" ? at.san.maps : at.san.fcMaps).set(20 + i, serial);
  });
  const access: BuildInput["access"] =
    name === "epic-trn-01"
      ? {
          protocol: "iscsi",
          initiator: "iqn.1994-05.com.redhat:epic-trn-01",
          target: at.san.iqn,
          portals: ["10.8.1.21", "10.8.1.22"],
        }
      : { protocol: "fcp" };
  const where = { tag: "sluice_r5", access, vg: "vg_epic_app", lv: "lv_data", mount: "/epic/app" };
  const input: BuildInput = {
    ...where,
    luns: fresh.map((serial, i) => ({ number: 20 + i, wwid: wwidOf(serial) })),
    options: "noatime",
  };
  const back: UnbuildInput = { ...where, wwids: fresh.map(wwidOf), logout: true };
  return { at, name, input, back, before: at.hosts.snapshot() };
}
async function doing(at: Place, ticket: string, input: BuildInput) {
  await at.host.start(build.script(input), ticket);
  return build.settle(at.host, input, ticket);
}
async function undoing(at: Place, ticket: string, input: UnbuildInput) {
  await at.host.start(unbuild.script(input), ticket);
  return unbuild.settle(at.host, input, ticket);
}
const shown = (at: Place, name: Name) => at.hosts.state().hosts[name]!;
const fstab = (at: Place, name: Name) => at.hosts.readFile(name, "/etc/fstab");

describe.each<[string, Name]>([
  ["over iSCSI", "epic-trn-01"],
  ["over Fibre Channel", "epic-prd-01"],
])("new LUNs %s", (_name, host) => {
  test("become one striped file system that is mounted now and at every start, and go again without a trace", async () => {
    const { at, input, back, before } = setUp(host);
    const table = await fstab(at, host);
    const done = await doing(at, "t1", input);
    expect(done).toMatchObject({ found: "done", output: { vg: "vg_epic_app", mount: "/epic/app" } });
    const uuid = (done as { output: { uuid: string } }).output.uuid;
    expect(shown(at, host).mounts).toContainEqual(expect.objectContaining({ mountPoint: "/epic/app", uuid }));
    expect(shown(at, host).vgs).toContainEqual(
      expect.objectContaining({ name: "vg_epic_app", tags: ["sluice_r5"], active: true }),
    );
    expect(await fstab(at, host)).toBe(
      `${table}# sluice_r5 made by Sluice\nUUID=${uuid} /epic/app xfs noatime,_netdev,nofail,x-systemd.device-timeout=60s 0 0\n`,
    );
    const after = at.hosts.snapshot();
    expect(await doing(at, "t2", input)).toEqual(done);
    expect(at.hosts.snapshot()).toEqual(after);
    expect(await build.look(at.host, input)).toMatchObject({ found: "done", output: { uuid } });
    expect(await undoing(at, "t3", back)).toMatchObject({ found: "done" });
    expect(await fstab(at, host)).toBe(table);
    expect(at.hosts.snapshot()).toEqual(before);
    expect(await undoing(at, "t4", back)).toMatchObject({ found: "done" });
    expect(await build.look(at.host, input)).toEqual({ found: "absent" });
  });

  test("are there again after a start of the host, also when a clone was attached in between", async () => {
    const { at, input } = setUp(host);
    await doing(at, "t1", input);
    if (host === "epic-trn-01") {
      await at.host.start(attach.script(attachInput(at.san)), "t2");
      expect(await attach.settle(at.host, attachInput(at.san), "t2")).toMatchObject({ found: "done" });
    }
    await at.hosts.reboot(host);
    const after = shown(at, host).mounts.map((each) => each.mountPoint);
    // a bare-metal host of this simulator brings up its own groups alone
    expect(after.includes("/epic/app")).toBe(host === "epic-trn-01");
    expect(after).not.toContain("/epic/trn");
  });

  test("cut off anywhere, the next try ends it, and it can be taken back", async () => {
    for (let cut = 1; ; cut += 13) {
      const { at, input, back, before } = setUp(host);
      at.hosts.fault(host, { kind: "kill", afterCommand: cut });
      await doing(at, "t1", input);
      const through = (await at.transport.ticket("t1")).state === "ended";
      at.hosts.clearFaults();
      expect([cut, await doing(at, "t2", input)]).toEqual([cut, expect.objectContaining({ found: "done" })]);
      at.hosts.fault(host, { kind: "kill", afterCommand: cut });
      await undoing(at, "t3", back);
      at.hosts.clearFaults();
      expect([cut, await undoing(at, "t4", back)]).toMatchObject([cut, { found: "done" }]);
      expect([cut, at.hosts.snapshot()]).toEqual([cut, before]);
      if (through) return;
    }
  }, 240_000);
});

describe("nothing is written", () => {
  const host: Name = "epic-trn-01";
  const content = (at: Place) => fresh.map((serial) => at.san.get(serial));
  test("to a LUN that carries anything: it fails, names it, and leaves every bit of it", async () => {
    const { at, input } = setUp(host);
    at.san.get(fresh[1]).disk = at.san.get("80Abc+LUN003").disk;
    const before = JSON.stringify(content(at));
    expect(await doing(at, "t1", input)).toMatchObject({
      found: "partial",
      why: expect.stringMatching(/is not empty \(.*LVM2_member.*\), so nothing was written to it/),
    });
    expect(JSON.stringify(content(at))).toBe(before);
  });
  test.each<[string, Parameters<Place["hosts"]["fault"]>[1], RegExp]>([
    [
      "that cannot be read",
      { kind: "command", command: "wipefs", exitCode: 1, stderr: "wipefs: error: Input/output error\n" },
      /could not be read \(wipefs: error: Input\/output error\), so nothing was written/,
    ],
    [
      "on which two signatures contradict each other",
      { kind: "command", command: "blkid", args: "-p", exitCode: 8 },
      /is not empty \(blkid ended with 8\), so nothing was written/,
    ],
    [
      "whose reading takes for ever",
      { kind: "command", command: "blkid", args: "-p", exitCode: 124 },
      /is not empty \(blkid ended with 124\), so nothing was written/,
    ],
  ])("to a LUN %s", async (_name, fault, says) => {
    const { at, input } = setUp(host);
    const before = JSON.stringify(content(at));
    at.hosts.fault(host, fault);
    expect(await doing(at, "t1", input)).toMatchObject({ found: "partial", why: expect.stringMatching(says) });
    expect(JSON.stringify(content(at))).toBe(before);
  });
  test.each<[string, string, RegExp]>([
    ["where the mount point has files in it", "mkdir -p /epic/app; touch /epic/app/x", /files in it/],
    ["where it is a file", "touch /epic/app", /not a directory/],
    [
      "where fstab has a line for it",
      "echo '/dev/sdz /epic/app xfs defaults 0 0' >>/etc/fstab",
      /\/etc\/fstab has a line for \/epic\/app/,
    ],
  ])("%s", async (_name, first, why) => {
    const { at, input } = setUp(host);
    await at.hosts.run(host, first);
    const before = at.hosts.snapshot();
    expect(await doing(at, "t1", input)).toEqual({ found: "absent", because: expect.stringMatching(why) });
    expect(at.hosts.snapshot()).toEqual(before);
  });
  test("where the volume group's name is taken", async () => {
    const { at, input } = setUp("epic-prd-01");
    const before = at.hosts.snapshot();
    expect(await doing(at, "t1", { ...input, vg: "vg_epicprd" })).toEqual({
      found: "absent",
      because: expect.stringMatching(/named vg_epicprd is on this host already/),
    });
    expect(at.hosts.snapshot()).toEqual(before);
  });
  test("back, while somebody uses it, who is named", async () => {
    const { at, input, back } = setUp(host);
    await doing(at, "t1", input);
    at.hosts.openFile(host, "/epic/app/x", { command: "vi", user: "amy" });
    const before = at.hosts.snapshot();
    expect(await undoing(at, "t2", back)).toEqual({
      found: "absent",
      because: expect.stringMatching(/in use by vi \(pid \d+, user amy\)/),
    });
    expect(at.hosts.snapshot()).toEqual(before);
  });
});
