import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { realistic } from "../../../sim/ontap/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

const SVM_LOGIN = "sluice:sluice-array-1!";
let on: Arrays;
beforeAll(async () => {
  on = await arrays();
});
afterAll(() => on.close());

const names = async (query: string, path = "/storage/volumes"): Promise<string[]> =>
  (await on.get(CVO, `${path}?${query}`)).records.map((each: Json) => each.name);
const code = async (method: string, path: string, body?: unknown, as?: string): Promise<string> => {
  const reply = await on.call(ALI, method, path, { ...(body === undefined ? {} : { body }), ...(as ? { as } : {}) });
  return `${reply.status}/${reply.body.error?.code}`;
};

describe("reading", () => {
  test("without fields only keys, and what was filtered by; * without expensive ones; ** and names with them", async () => {
    const [bare] = (await on.get(CVO, "/storage/volumes?name=epic_prd_dr")).records;
    expect(Object.keys(bare).sort()).toEqual(["name", "uuid"]);
    const [filtered] = (await on.get(CVO, "/storage/volumes?type=dp&svm.name=svm_epic_dr")).records;
    expect(filtered).toMatchObject({ type: "dp", svm: { name: "svm_epic_dr" } });
    const star = (await on.get(CVO, "/storage/luns?fields=*")).records[0];
    expect(star.status.mapped).toBeUndefined();
    expect(star.status.state).toBe("online");
    expect((await on.get(CVO, "/storage/luns?fields=**")).records[0].status.mapped).toBe(false);
    expect((await on.get(CVO, "/storage/luns?fields=status.mapped")).records[0].status).toEqual({ mapped: false });
    const some = (await on.get(CVO, "/storage/volumes?fields=*,!svm,!space.{size,used}")).records[0];
    expect(some.svm).toBeUndefined();
    expect(Object.keys(some.space).sort()).toEqual(["available", "logical_space"]);
  });

  test("an empty result is 200 with no records, an unknown uuid 404 code 4, an unknown URL and method code 3", async () => {
    expect(await on.get(CVO, "/storage/volumes?name=nope")).toEqual({ records: [], num_records: 0 });
    expect(await code("GET", "/storage/volumes/00000000-0000-4000-8000-000000000000")).toBe("404/4");
    expect(await code("GET", "/no/such")).toBe("404/3");
    expect(await code("PUT", "/storage/volumes")).toBe("405/3");
  });

  test("wildcards, alternation, negation, ranges, comparisons, null, quotes, durations", async () => {
    expect(await names("name=*prd_dr")).toHaveLength(2);
    expect(await names("name=epic*|none")).toEqual(["epic_prd_dr"]);
    expect(await names("name=!epic*")).toEqual(["clarity_prd_dr"]);
    expect(await names("size=>9TB")).toEqual(["epic_prd_dr"]);
    expect(await names("size=1GB..9TB")).toEqual(["clarity_prd_dr"]);
    expect(await names("nas.path=null&name=epic*")).toEqual(["epic_prd_dr"]);
    expect(await names("nas.path=!null")).toEqual([]);
    expect(await names(`name=${encodeURIComponent('"epic_prd_dr"')}`)).toEqual(["epic_prd_dr"]);
    expect((await on.get(CVO, "/snapmirror/relationships?lag_time=>PT5M&fields=lag_time")).num_records).toBe(2);
    expect((await on.get(CVO, "/snapmirror/relationships?lag_time=>P2DT")).num_records).toBe(0);
    const lun = (await on.get(CVO, "/storage/luns?fields=serial_number&max_records=1")).records[0];
    const found = await on.get(CVO, `/storage/luns?serial_number=${encodeURIComponent(`{${lun.serial_number}}`)}`);
    expect(found.records.map((each: Json) => each.uuid)).toEqual([lun.uuid]);
  });

  test("order_by, with desc; an unknown field is 262268", async () => {
    expect(await names("order_by=size%20desc")).toEqual(["epic_prd_dr", "clarity_prd_dr"]);
    expect(await names("order_by=name")).toEqual(["clarity_prd_dr", "epic_prd_dr"]);
    expect(await code("GET", "/storage/volumes?order_by=nope")).toBe("400/262268");
  });

  test("unknown query field 262179 unless ignored; unknown fields= 262197; bad return_timeout", async () => {
    expect(await code("GET", "/storage/volumes?nope=1")).toBe("400/262179");
    expect(await code("GET", "/storage/volumes?nope=1&ignore_unknown_fields=true")).toBe("200/undefined");
    expect(await code("GET", "/storage/volumes?fields=nope")).toBe("400/262197");
    expect(await code("GET", "/storage/volumes?return_timeout=121")).toBe("400/262245");
    expect(await code("GET", "/storage/volumes", {})).toBe("400/262198");
  });

  test("pages by opaque next links to the end, an empty page included", async () => {
    const volume = await on.volume(CVO, "epic_prd_dr");
    let next: string | undefined = `/storage/volumes/${volume.uuid}/snapshots?max_records=10`;
    const seen: string[] = [];
    const sizes: number[] = [];
    while (next !== undefined) {
      const page: Json = await on.get(CVO, next);
      sizes.push(page.num_records);
      seen.push(...page.records.map((each: Json) => each.name));
      next = page._links?.next?.href?.replace(/^\/api/, "");
    }
    expect(sizes).toEqual([10, 10, 10, 1]);
    expect(new Set(seen).size).toBe(31);
    const full = await on.get(CVO, "/storage/volumes?max_records=2");
    const after = await on.get(CVO, full._links.next.href.replace(/^\/api/, ""));
    expect(after).toEqual({ records: [], num_records: 0 });
    expect(await on.get(CVO, "/storage/volumes?return_records=false")).toEqual({ num_records: 2 });
  });

  test("HAL links unless plain JSON is asked for; HEAD and OPTIONS", async () => {
    const hal = await on.get(CVO, "/storage/volumes?name=epic_prd_dr", { headers: { accept: "application/hal+json" } });
    const [one] = hal.records;
    expect(one._links.self.href).toBe(`/api/storage/volumes/${one.uuid}`);
    expect(hal._links.self.href).toBe("/api/storage/volumes?name=epic_prd_dr");
    const head = await on.call(CVO, "HEAD", "/storage/volumes");
    expect([head.status, head.body, head.headers["content-type"]]).toEqual([200, undefined, "application/json"]);
    expect((await on.call(CVO, "OPTIONS", "/storage/volumes")).headers["allow"]).toBe("GET, POST");
  });

  test("a field newer than the release is not there", async () => {
    const [first] = epic.clusters;
    if (!first) throw new Error("no cluster");
    const old = {
      ...epic,
      clusters: [{ ...first, release: { generation: 9, major: 10, minor: 1 } }, ...epic.clusters.slice(1)],
    };
    const then = await arrays({}, old);
    const volume = await then.volume(ALI, "epic_prd");
    expect(volume.msid).toBeUndefined();
    expect(
      (await then.call(ALI, "GET", `/storage/volumes/${volume.uuid}/snapshots?fields=version_uuid`)).body.error.code,
    ).toBe("262197");
    await then.close();
  });
});

describe("bodies", () => {
  test("malformed, unknown, not settable, twice, missing, empty, wrong value", async () => {
    const volume = await on.volume(ALI, "epic_prd");
    const path = `/storage/volumes/${volume.uuid}`;
    expect(await code("PATCH", path, { nope: 1 })).toBe("400/262179");
    expect(await code("PATCH", path, { uuid: "x" })).toBe("400/262196");
    expect(await code("PATCH", path, { comment: "a", state: "sideways" })).toBe("400/262197");
    expect(await code("PATCH", path, {})).toBe("400/262190");
    expect(await code("POST", "/storage/volumes", { name: "x" })).toBe("400/262212");
    expect(
      await code("POST", "/storage/volumes", { name: "x", "svm.name": "svm_epic", svm: { name: "svm_epic" } }),
    ).toBe("400/262188");
    const broken = await on.call(ALI, "PATCH", path, { raw: "{" });
    expect(broken.body.error.code).toBe("262199");
  });
});

describe("logins", () => {
  test("wrong password 401 with a challenge", async () => {
    const reply = await on.call(ALI, "GET", "/cluster", { as: "admin:wrong" });
    expect(reply).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringContaining("Basic") } });
  });

  test("the array's SVM login sees its own objects, 403 code 6 for the cluster's", async () => {
    for (const path of [
      "/network/ip/interfaces",
      "/cluster/peers",
      "/cluster/schedules",
      "/cluster/nodes",
      "/storage/aggregates",
      "/support/ems/events",
    ]) {
      expect([path, await code("GET", path, undefined, SVM_LOGIN)]).toEqual([path, "403/6"]);
    }
    expect((await on.get(ALI, "/storage/volumes", { as: SVM_LOGIN })).num_records).toBe(2);
    expect((await on.get(ALI, "/cluster?fields=version", { as: SVM_LOGIN })).version.major).toBe(14);
    expect(
      (await on.get(ALI, "/snapmirror/relationships?list_destinations_only=true", { as: SVM_LOGIN })).num_records,
    ).toBe(2);
    expect(await code("POST", "/cluster/schedules", { name: "x", cron: { minutes: [0] } }, SVM_LOGIN)).toBe("403/6");
  });

  test("objects of another SVM are not there for it", async () => {
    const [first] = epic.clusters;
    if (!first) throw new Error("no cluster");
    const logins = [...first.logins, { user: "other", password: "pw-other", role: "sluice" as const, svm: "svm_two" }];
    const clusters = [
      { ...first, svms: [...first.svms, { name: "svm_two", iscsi: true, fcp: false }], logins },
      ...epic.clusters.slice(1),
    ];
    const two = await arrays({}, { ...epic, clusters });
    const volume = await two.volume(ALI, "epic_prd");
    const as = { as: "other:pw-other" };
    expect((await two.get(ALI, "/storage/volumes", as)).num_records).toBe(0);
    expect((await two.call(ALI, "GET", `/storage/volumes/${volume.uuid}`, as)).status).toBe(404);
    expect((await two.call(ALI, "DELETE", `/storage/volumes/${volume.uuid}`, as)).status).toBe(404);
    const tunnelled = await two.get(ALI, "/storage/volumes", { headers: { "x-dot-svm-name": "svm_two" } });
    expect(tunnelled.num_records).toBe(0);
    await two.close();
  });

  test("the cluster role on CVO may do storage work and read the rest, no more", async () => {
    const as = { as: "sluice:sluice-cvo-1!" };
    expect((await on.call(CVO, "GET", "/network/ip/interfaces", as)).status).toBe(200);
    const refused = await on.call(CVO, "PATCH", "/protocols/san/iscsi/services/x", { ...as, body: { enabled: false } });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: "6" } } });
  });
});

describe("jobs", () => {
  test("202 with a job that runs, then ends, then is forgotten after 300 s", async () => {
    const slow = await arrays({ jobMs: realistic.jobMs });
    const volume = await slow.volume(ALI, "epic_prd");
    const reply = await slow.call(ALI, "PATCH", `/storage/volumes/${volume.uuid}`, { body: { comment: "hello" } });
    const { uuid } = reply.body.job;
    const job = (): Promise<Json> => slow.call(ALI, "GET", `/cluster/jobs/${uuid}?fields=**`);
    expect((await job()).body).toMatchObject({
      state: "running",
      description: expect.stringMatching(/^PATCH \/api\/storage\/volumes/),
    });
    expect((await slow.volume(ALI, "epic_prd")).comment).toBe("");
    slow.clock.advance(3000);
    expect((await job()).body).toMatchObject({ state: "success", code: 0 });
    expect((await slow.volume(ALI, "epic_prd")).comment).toBe("hello");
    slow.clock.advance(300_000);
    expect(await job()).toMatchObject({ status: 404, body: { error: { code: "4", target: "uuid" } } });
    await slow.close();
  });

  test("return_timeout: 200 with a finished job, or the job's error as the answer", async () => {
    const volume = await on.volume(CVO, "epic_prd_dr");
    const fine = await on.call(CVO, "PATCH", `/storage/volumes/${volume.uuid}?return_timeout=10`, {
      body: { comment: "x" },
    });
    expect(fine).toMatchObject({ status: 200, body: { job: { uuid: expect.any(String) } } });
    const failed = await on.call(CVO, "DELETE", `/storage/volumes/${volume.uuid}?return_timeout=10`);
    expect(failed).toMatchObject({ status: 400, body: { error: { code: "18436" } } });
    expect(failed.body.job).toBeUndefined();
  });
});
