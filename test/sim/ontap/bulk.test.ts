import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { instant } from "../../../sim/ontap/index.js";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

/** "Operations on multiple records" of ONTAP's general rules: by `records`, and by query. */
let on: Arrays;
beforeEach(async () => {
  on = await arrays();
});
afterEach(() => on.close());

const volume = (name: string, more: object = {}): object => ({
  name,
  svm: { name: "svm_epic" },
  size: "20GB",
  guarantee: { type: "none" },
  snapshot_policy: { name: "none" },
  ...more,
});
const names = async (query: string): Promise<string[]> =>
  (await on.get(ALI, `/storage/volumes?${query}`)).records.map((each: Json) => each.name).sort();
const results = (job: Json, path = "/storage/volumes", more = ""): Promise<Json> =>
  on.get(ALI, `${path}?job_results_uuid=${job.uuid}${more}`);
const make = (...all: string[]): Promise<Json> =>
  on.done(ALI, "POST", "/storage/volumes", { records: all.map((name) => volume(name)) });

describe("writes of records", () => {
  test("a job makes them all; its results show what is there, and the link to them is the location", async () => {
    const reply = await on.call(ALI, "POST", "/storage/volumes", {
      body: { records: [volume("b1"), volume("b2")] },
      headers: { accept: "application/hal+json" },
    });
    const { uuid } = reply.body.job;
    const link = `/api/storage/volumes?job_results_uuid=${uuid}`;
    expect([reply.status, reply.headers["location"]]).toEqual([202, link]);
    expect(reply.body.job._links).toEqual({
      self: { href: `/api/cluster/jobs/${uuid}` },
      results: { href: link },
    });
    const job = await on.get(ALI, `/cluster/jobs/${uuid}`);
    expect(job).toMatchObject({ state: "success", code: 0 });
    const told = await results(job);
    expect(told.records.map((each: Json) => [each.name, each.size, each.svm.name]).sort()).toEqual([
      ["b1", 20 * 2 ** 30, "svm_epic"],
      ["b2", 20 * 2 ** 30, "svm_epic"],
    ]);
    expect(told.num_records).toBe(2);
    expect((await results(job, undefined, "&name=b2&fields=comment")).records).toMatchObject([
      { name: "b2", comment: "" },
    ]);
  });

  test("when one fails those before it are taken back, and its reason is told", async () => {
    const job = await on.done(ALI, "POST", "/storage/volumes", {
      records: [volume("b1"), volume("b2", { aggregates: [{ name: "nowhere" }] }), volume("b3")],
    });
    expect(job).toMatchObject({ state: "failure", code: 262287 });
    expect(job.message).toContain('POST of record "name: b2');
    expect(await names("name=b*")).toEqual([]);
    const told = await results(job);
    expect(told.records).toEqual([]);
    expect(told.errors).toHaveLength(1);
    expect(told.errors[0]).toMatchObject({ code: "262287", message: expect.stringContaining("nowhere") });
  });

  test("continue_on_failure does the others, and the job says that it is partial", async () => {
    const job = await on.done(ALI, "POST", "/storage/volumes?continue_on_failure=true", {
      records: [volume("b1"), volume("b2", { aggregates: [{ name: "nowhere" }] }), volume("b3")],
    });
    expect(job).toMatchObject({ state: "failure", code: 262292 });
    expect(await names("name=b*")).toEqual(["b1", "b3"]);
  });

  test("each record of a PATCH is changed by itself, and changed back when a later one fails", async () => {
    await make("b1", "b2");
    const [one, two] = [await on.volume(ALI, "b1"), await on.volume(ALI, "b2")];
    const job = await on.done(ALI, "PATCH", "/storage/volumes", {
      records: [
        { uuid: one.uuid, comment: "first" },
        { uuid: two.uuid, comment: "second" },
      ],
    });
    expect(job.state).toBe("success");
    expect((await results(job)).records.map((each: Json) => each.comment).sort()).toEqual(["first", "second"]);
    const failed = await on.done(ALI, "PATCH", "/storage/volumes", {
      records: [
        { uuid: one.uuid, comment: "third" },
        { uuid: "00000000-0000-0000-0000-000000000000", comment: "nobody" },
      ],
    });
    expect(failed).toMatchObject({ state: "failure", code: 262287 });
    expect((await on.volume(ALI, "b1")).comment).toBe("first");
  });

  test("a DELETE takes a body of records, never takes back, and goes on after a failure", async () => {
    await make("b1", "b2");
    const [one, two] = [await on.volume(ALI, "b1"), await on.volume(ALI, "b2")];
    const records = [{ uuid: one.uuid }, { uuid: "00000000-0000-0000-0000-000000000000" }, { uuid: two.uuid }];
    const job = await on.done(ALI, "DELETE", "/storage/volumes?force=true", { records });
    expect(job).toMatchObject({ state: "failure", code: 262292 });
    expect(await names("name=b*")).toEqual([]);
    expect((await results(job)).records).toEqual([]);
  });

  test("what could not be taken back is told as such", async () => {
    const job = await on.call(ALI, "POST", "/snapmirror/policies", {
      body: {
        records: [
          { name: "p1", svm: { name: "svm_epic" }, type: "async", copy_all_source_snapshots: true },
          { name: "p1", svm: { name: "svm_epic" }, type: "async", copy_all_source_snapshots: true },
        ],
      },
    });
    expect(job.status).toBe(202);
    const told = await results(job.body.job, "/snapmirror/policies");
    expect(told.errors[0].code).toBe("262287");
    expect(told.rollback_errors).toBeUndefined();
    // A synchronous endpoint without a DELETE for what it makes.
    const log = await on.done(ALI, "POST", "/support/autosupport/messages", {
      records: [
        { message: "one", type: "all" },
        { message: "two", type: "nonsense" },
      ],
    });
    expect(log).toMatchObject({ state: "failure", code: 262288 });
    expect((await results(log, "/support/autosupport/messages")).rollback_errors).toHaveLength(1);
  });

  test("what cannot be read is refused at once, with nothing done", async () => {
    const unknown = await on.call(ALI, "POST", "/storage/volumes", {
      body: { records: [volume("b1"), { nonsense: 1 }] },
    });
    expect([unknown.status, unknown.body.error.code]).toEqual([400, "262179"]);
    const keyless = await on.call(ALI, "PATCH", "/storage/volumes", { body: { records: [{ comment: "x" }] } });
    expect([keyless.status, keyless.body.error]).toMatchObject([400, { code: "262212", target: "uuid" }]);
    expect(await names("name=b*")).toEqual([]);
  });

  test("results are those of the job's own API, once it has ended", async () => {
    await on.close();
    on = await arrays({ ...instant, jobMs: { volume: [5_000, 5_000], mirror: [0, 0] } });
    const reply = await on.call(ALI, "POST", "/storage/volumes", { body: { records: [volume("b1")] } });
    const { job } = reply.body;
    expect(await on.get(ALI, `/cluster/jobs/${job.uuid}?fields=**`)).toMatchObject({
      state: "running",
      code: 262289,
      message: "0 of 1 records complete.",
    });
    const early = await on.call(ALI, "GET", `/storage/volumes?job_results_uuid=${job.uuid}`);
    expect(early.body.error.code).toBe("262293");
    on.clock.advance(6_000);
    const other = await on.call(ALI, "GET", `/storage/luns?job_results_uuid=${job.uuid}`);
    expect(other.body.error.code).toBe("262294");
    expect((await results(job)).num_records).toBe(1);
  });

  test("endpoints that document records of their own stay synchronous", async () => {
    await on.call(CVO, "POST", "/protocols/san/igroups", {
      body: { name: "ig", svm: { name: "svm_epic_dr" }, os_type: "linux", protocol: "iscsi" },
    });
    const [{ uuid }] = (await on.get(CVO, "/protocols/san/igroups?name=ig")).records;
    const reply = await on.call(CVO, "POST", `/protocols/san/igroups/${uuid}/initiators`, {
      body: { records: [{ name: "iqn.1994-05.com.redhat:a" }, { name: "iqn.1994-05.com.redhat:b" }] },
    });
    expect(reply.status).toBe(201);
  });
});

describe("writes by query", () => {
  test("a PATCH changes every record the filters match, and says how many, with their jobs", async () => {
    await make("b1", "b2", "c1");
    const reply = await on.call(ALI, "PATCH", "/storage/volumes?name=b*", { body: { comment: "both" } });
    expect(reply.body).toMatchObject({ num_records: 2, jobs: [{ uuid: expect.any(String) }, {}] });
    expect(await names("comment=both")).toEqual(["b1", "b2"]);
  });

  test("a DELETE too, with the endpoint's own flags; what matches nothing does nothing", async () => {
    await make("b1", "b2", "c1");
    const reply = await on.call(ALI, "DELETE", "/storage/volumes?name=b*&force=true");
    expect([reply.status, reply.body.num_records]).toEqual([200, 2]);
    expect(await names("name=b*|c*")).toContain("c1");
    expect((await on.get(ALI, "/private/cli/volume/recovery-queue")).num_records).toBe(0);
    expect((await on.call(ALI, "DELETE", "/storage/volumes?name=b*")).body.num_records).toBe(0);
  });

  test("never without a field", async () => {
    for (const query of ["", "?force=true", "?return_timeout=5"]) {
      const reply = await on.call(ALI, "DELETE", `/storage/volumes${query}`);
      expect([reply.status, reply.body.error.code]).toEqual([400, "262212"]);
    }
    expect(await names("name=epic_prd")).toEqual(["epic_prd"]);
  });

  test("max_records leaves a link to go on with", async () => {
    await make("b1", "b2", "b3");
    let path: string | undefined = "/storage/volumes?name=b*&max_records=2";
    const counts: number[] = [];
    while (path !== undefined) {
      const { body }: Json = await on.call(ALI, "PATCH", path, { body: { comment: "all" } });
      counts.push(body.num_records);
      path = body._links?.next?.href.replace(/^\/api/, "");
    }
    expect(counts).toEqual([2, 1]);
    expect(await names("comment=all")).toEqual(["b1", "b2", "b3"]);
  });

  test("the first failure ends it and what was done stays; continue_on_failure goes on", async () => {
    await make("b1", "b2");
    // A clone on the one makes its deletion fail.
    const { uuid } = await on.volume(ALI, "b1");
    await on.done(ALI, "POST", `/storage/volumes/${uuid}/snapshots`, { name: "s" });
    const clone = { is_flexclone: true, parent_volume: { name: "b1" }, parent_snapshot: { name: "s" } };
    await on.done(ALI, "POST", "/storage/volumes", {
      name: "k1",
      svm: { name: "svm_epic" },
      clone,
      snapshot_policy: { name: "none" },
    });
    const goesOn = await on.call(ALI, "DELETE", "/storage/volumes?name=b*&force=true&continue_on_failure=true");
    expect([goesOn.status, goesOn.body.error.code]).toEqual([400, "262292"]);
    expect(await names("name=b*")).toEqual(["b1"]);
    const stops = await on.call(ALI, "DELETE", "/storage/volumes?name=b*&force=true");
    expect(stops.body.error.code).toBe("524615");
  });

  test("a login sees only what is its own", async () => {
    const reply = await on.call(CVO, "PATCH", "/svm/svms?name=svm_epic_dr", {
      body: { comment: "x" },
      as: "sluice:sluice-cvo-1!",
    });
    expect(reply.status).toBe(403);
  });
});
