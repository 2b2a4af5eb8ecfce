import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DataOptions, instant, naaOf, type ShownTarget, type Targets } from "../../../sim/ontap/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import type { World } from "../../../sim/worlds/types.js";
import { ALI, type Arrays, arrays, CVO, START, type Json } from "./support.js";

const MIB = 2 ** 20;
const PRD = "iqn.1994-05.com.redhat:epic-prd-01";
const TRN = "iqn.1994-05.com.redhat:epic-trn-01";
const NIGHT = "nightly.2026-11-22_0200";

/** The demo world's database on two LUNs that its host sees over iSCSI. */
const world: World = {
  ...epic,
  clusters: epic.clusters.map((cluster) => ({
    ...cluster,
    volumes: cluster.volumes
      .filter(({ name }) => name.startsWith("epic_prd"))
      .map((each) => ({ ...each, luns: each.luns.slice(0, 2) })),
    igroups: cluster.igroups.map((igroup) => ({
      ...igroup,
      protocol: "iscsi",
      initiators: [PRD],
      maps: igroup.maps.slice(0, 2).map(({ lun }, i) => ({ lun, number: i + 1 })),
    })),
  })),
  mirrors: epic.mirrors.slice(0, 1),
};

/** Targets that only remember what they were told to show. */
class Shown implements Targets {
  readonly initiators = [PRD, TRN];
  readonly now = new Map<string, readonly ShownTarget[]>();
  stills = 0;
  show = (initiator: string, targets: readonly ShownTarget[]): void => void this.now.set(initiator, targets);
  still<T>(act: () => T): T {
    this.stills += 1;
    return act();
  }
  luns = (initiator: string): ShownTarget["luns"] => (this.now.get(initiator) ?? []).flatMap(({ luns }) => luns);
}

let folder: string;
let shown: Shown;
let on: Arrays;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-bytes-"));
  shown = new Shown();
  for (const lun of ["data00", "data01"]) {
    for (const when of ["night", "live"]) seed(when, lun, `${when} ${lun}`);
  }
  on = await open({ folder, divisor: 2 ** 20, targets: shown });
});
afterEach(async () => {
  await on.close();
  rmSync(folder, { recursive: true });
});

const open = (data: DataOptions): Promise<Arrays> => arrays(instant, world, START, undefined, data);

function seed(when: string, lun: string, text: string): void {
  const file = join(folder, "seed", when, "epic_prd", `${lun}.img`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The beginning of a file, without the holes behind. */
function text(file: string | undefined): string {
  const bytes = readFileSync(file ?? "");
  const end = bytes.findLastIndex((byte) => byte !== 0);
  return bytes.toString("latin1", 0, end + 1);
}
const prod = (): string[] => shown.luns(PRD).map(({ file }) => file);

/** As a host would: into the file that is served. */
function write(path: string | undefined, what: string): void {
  const file = openSync(path ?? "", "r+");
  writeSync(file, what, 0);
  closeSync(file);
}

const lunsOf = async (cluster: string, volume: string): Promise<Json[]> =>
  (await on.get(cluster, `/storage/luns?location.volume.name=${volume}&fields=name,uuid,serial_number`)).records;

async function clone(snapshot: string): Promise<Json[]> {
  const body = {
    name: "trn",
    svm: { name: "svm_epic_dr" },
    type: "rw",
    clone: { is_flexclone: true, parent_volume: { name: "epic_prd_dr" }, parent_snapshot: { name: snapshot } },
    guarantee: { type: "none" },
  };
  expect(await on.done(CVO, "POST", "/storage/volumes", body)).toMatchObject({ state: "success" });
  return lunsOf(CVO, "trn");
}

async function mapToTraining(luns: readonly Json[]): Promise<void> {
  const igroup = {
    name: "ig_trn",
    svm: { name: "svm_epic_dr" },
    os_type: "linux",
    protocol: "iscsi",
    initiators: [{ name: TRN }],
  };
  expect((await on.call(CVO, "POST", "/protocols/san/igroups", { body: igroup })).status).toBe(201);
  for (const [i, lun] of luns.entries()) {
    const map = { svm: { name: "svm_epic_dr" }, lun: { name: lun.name }, igroup: { name: "ig_trn" } };
    const body = { ...map, logical_unit_number: i + 1 };
    expect((await on.call(CVO, "POST", "/protocols/san/lun-maps", { body })).status).toBe(201);
  }
}

async function snapshotOfProd(name: string): Promise<void> {
  const { uuid } = await on.volume(ALI, "epic_prd");
  const job = await on.done(ALI, "POST", `/storage/volumes/${uuid}/snapshots`, { name, snapmirror_label: "daily" });
  expect(job).toMatchObject({ state: "success" });
}

test("production's LUNs are files of a small size, shown to its host by number and identity, holding what the world begins with", async () => {
  const luns = await lunsOf(ALI, "epic_prd");
  expect(shown.luns(PRD)).toMatchObject([
    { number: 1, serial: luns[0].serial_number, readOnly: false },
    { number: 2, serial: luns[1].serial_number, readOnly: false },
  ]);
  expect(shown.luns(TRN)).toEqual([]);
  expect(prod().map(text)).toEqual(["live data00", "live data01"]);
  expect(statSync(prod()[0]!).size).toBe(3 * MIB);
});

test("a clone holds its snapshot's bytes in files of its own, seen only where it is mapped, and leaves none", async () => {
  const before = readdirSync(join(folder, "luns")).sort();
  const luns = await clone(NIGHT);
  expect(shown.luns(TRN)).toEqual([]);
  await mapToTraining(luns);
  const seen = shown.luns(TRN);
  expect(seen.map(({ number }) => number)).toEqual([1, 2]);
  expect(seen.map(({ file }) => text(file))).toEqual(["night data00", "night data01"]);
  write(seen[0]?.file, "training's own");
  expect(prod().map(text)).toEqual(["live data00", "live data01"]);
  const { uuid } = await on.volume(CVO, "trn");
  expect(await on.done(CVO, "DELETE", `/storage/volumes/${uuid}?force=true`)).toMatchObject({ state: "success" });
  expect(shown.luns(TRN)).toEqual([]);
  expect(readdirSync(join(folder, "luns")).sort()).toEqual(before);
});

test("what a host writes is a new content; a snapshot keeps the bytes of its moment, and a transfer carries them", async () => {
  const was = on.fabric.contentOf(ALI, "svm_epic", "epic_prd");
  write(prod()[0], "before the snapshot");
  await snapshotOfProd("moment");
  write(prod()[0], "after the snapshot!");
  expect(on.fabric.contentOf(ALI, "svm_epic", "epic_prd", "moment")).not.toBe(was);
  expect(on.fabric.contentOf(ALI, "svm_epic", "epic_prd")).not.toBe(
    on.fabric.contentOf(ALI, "svm_epic", "epic_prd", "moment"),
  );
  const mirror = await on.mirror("svm_epic_dr:epic_prd_dr");
  await on.done(CVO, "POST", `/snapmirror/relationships/${mirror.uuid}/transfers`, {});
  await mapToTraining(await clone("moment"));
  expect(shown.luns(TRN).map(({ file }) => text(file))).toEqual(["before the snapshot", "live data01"]);
  expect(text(prod()[0])).toBe("after the snapshot!");
});

test("a restore puts the old bytes into the same files under the same identities, while no host writes", async () => {
  const before = shown.luns(PRD);
  const inodes = prod().map((file) => statSync(file).ino);
  write(prod()[1], "newer than any night");
  const stills = shown.stills;
  const body = {
    source: { path: "svm_epic_dr:epic_prd_dr" },
    destination: { path: "svm_epic:epic_prd" },
    restore: true,
  };
  const made = await on.call(ALI, "POST", "/snapmirror/relationships?return_records=true", { body });
  const path = `/snapmirror/relationships/${made.body.records[0].uuid}/transfers`;
  expect((await on.call(ALI, "POST", path, { body: { source_snapshot: NIGHT } })).status).toBe(201);
  await on.get(ALI, "/cluster");
  expect(shown.luns(PRD)).toEqual(before);
  expect(prod().map((file) => statSync(file).ino)).toEqual(inodes);
  expect(prod().map(text)).toEqual(["night data00", "night data01"]);
  expect(shown.stills).toBeGreaterThan(stills);
});

test("a LUN of one's own is blank, grows, and is gone when it is deleted; so is what nothing holds any more", async () => {
  const lun = {
    name: "/vol/epic_prd/extra",
    svm: { name: "svm_epic" },
    os_type: "linux",
    space: { size: 2 * 2 ** 40 },
  };
  expect((await on.done(ALI, "POST", "/storage/luns", lun)).state ?? "done").not.toBe("failure");
  const [made] = (await lunsOf(ALI, "epic_prd")).filter((each) => each.name === lun.name);
  const mine = (): string[] =>
    readdirSync(join(folder, "luns"))
      .map((name) => join(folder, "luns", name))
      .filter((file) => text(file) === "");
  expect(mine().map((file) => statSync(file).size)).toEqual([2 * MIB]);
  await on.call(ALI, "PATCH", `/storage/luns/${made.uuid}`, { body: { space: { size: 4 * 2 ** 40 } } });
  expect(mine().map((file) => statSync(file).size)).toEqual([4 * MIB]);
  expect((await on.call(ALI, "DELETE", `/storage/luns/${made.uuid}`)).status).toBe(200);
  expect(mine()).toEqual([]);
  await snapshotOfProd("moment");
  const { uuid } = await on.volume(ALI, "epic_prd");
  const [held] = (await on.get(ALI, `/storage/volumes/${uuid}/snapshots?name=moment`)).records;
  write(prod()[0], "another");
  await snapshotOfProd("other");
  expect(readdirSync(join(folder, "kept"))).toHaveLength(1);
  for (const name of ["moment", "other"]) {
    const [each] = (await on.get(ALI, `/storage/volumes/${uuid}/snapshots?name=${name}`)).records;
    await on.done(ALI, "DELETE", `/storage/volumes/${uuid}/snapshots/${each.uuid}`);
  }
  expect(held.uuid).toBeDefined();
  expect(readdirSync(join(folder, "kept"))).toEqual([]);
});

test("a LUN that is mapped while its volume is a mirror can only be read", async () => {
  await mapToTraining(await lunsOf(CVO, "epic_prd_dr"));
  expect(shown.luns(TRN).map(({ readOnly }) => readOnly)).toEqual([true, true]);
  expect(shown.luns(TRN).map(({ file }) => text(file))).toEqual(["live data00", "live data01"]);
});

test("the identity is NetApp's number and the serial's hex", () => {
  expect(naaOf("81LJC?WtqyyX")).toBe("600a098038314c4a433f577471797958");
});
