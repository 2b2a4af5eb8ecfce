import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { instant } from "../../../sim/ontap/index.js";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

let on: Arrays;
beforeEach(async () => {
  on = await arrays();
});
afterEach(() => on.close());

const igroup = (name = "ig"): Promise<Json> =>
  on.call(CVO, "POST", "/protocols/san/igroups", { body: { name, svm: { name: "svm_epic_dr" }, os_type: "linux" } });
const count = async (): Promise<number> => (await on.get(CVO, "/protocols/san/igroups")).num_records;
const post = { method: "POST", path: "/protocols/san/igroups" } as const;

describe("faults on calls", () => {
  test("reset before: no effect; reset after: the effect is there", async () => {
    on.fabric.fault(CVO, { ...post, does: { kind: "reset" } });
    await expect(igroup()).rejects.toThrow();
    expect(await count()).toBe(0);
    on.fabric.fault(CVO, { ...post, when: "after", does: { kind: "reset" } });
    await expect(igroup()).rejects.toThrow();
    expect(await count()).toBe(1);
    expect(on.fabric.calls(CVO).filter((each) => each.status === 0)).toHaveLength(2);
  });

  test("hang, 503, 429 with Retry-After, an ONTAP error, the second call only", async () => {
    on.fabric.fault(CVO, { ...post, does: { kind: "reply", status: 429, headers: { "retry-after": "2" } } });
    expect(await igroup()).toMatchObject({ status: 429, headers: { "retry-after": "2" } });
    on.fabric.fault(CVO, { ...post, nth: 2, does: { kind: "error", code: 262160, status: 429 } });
    expect((await igroup("one")).status).toBe(201);
    expect(await igroup("two")).toMatchObject({ status: 429, body: { error: { code: "262160" } } });
    on.fabric.fault(CVO, { ...post, when: "after", does: { kind: "reply", status: 503 } });
    expect((await igroup("three")).status).toBe(503);
    expect(await count()).toBe(2);
    on.fabric.fault(CVO, { ...post, does: { kind: "hang" } });
    const hanging = expect(igroup("four")).rejects.toThrow();
    await on.close();
    await hanging;
    on = await arrays();
  });

  test.each(["before", "after"] as const)("a job that fails %s its effect", async (when) => {
    const volume = await on.volume(CVO, "epic_prd_dr");
    on.fabric.fault(CVO, {
      method: "PATCH",
      path: "/storage/volumes",
      when,
      does: { kind: "jobFailure", code: 460770, message: "boom" },
    });
    const job = await on.done(CVO, "PATCH", `/storage/volumes/${volume.uuid}`, { comment: "changed" });
    expect(job).toMatchObject({ state: "failure", code: 460770, error: { code: "460770", message: "boom" } });
    expect((await on.volume(CVO, "epic_prd_dr")).comment).toBe(when === "after" ? "changed" : "");
  });

  test("approval: refused with the same request until it is approved, then let through once", async () => {
    on.fabric.fault(CVO, { ...post, does: { kind: "approval", operation: "lun igroup create" } });
    const first = await igroup();
    expect(first.body.error).toMatchObject({ code: "262325", message: expect.stringContaining("(index 1)") });
    expect((await igroup()).body.error.message).toContain("(index 1)");
    expect(await count()).toBe(0);
    const request = "/security/multi-admin-verify/requests/1";
    expect(await on.get(CVO, request)).toMatchObject({ state: "pending", operation: "lun igroup create" });
    expect((await on.call(CVO, "PATCH", request, { body: { state: "approved" } })).status).toBe(200);
    expect((await igroup()).status).toBe(201);
    expect(await on.get(CVO, request)).toMatchObject({ state: "executed" });
  });

  test("conditions: unreachable, login refused, full; cleared again", async () => {
    on.fabric.fault(CVO, { condition: "unreachable" });
    await expect(on.get(CVO, "/cluster")).rejects.toThrow();
    expect((await on.get(ALI, "/cluster/peers?fields=status")).records[0].status.state).toBe("unavailable");
    on.fabric.clearFaults();
    on.fabric.fault(CVO, { condition: "loginRefused" });
    expect((await on.call(CVO, "GET", "/cluster")).status).toBe(401);
    on.fabric.clearFaults();
    on.fabric.fault(CVO, { condition: "destinationFull" });
    const body = { name: "v", svm: { name: "svm_epic_dr" }, size: 1024 };
    expect(await on.done(CVO, "POST", "/storage/volumes", body)).toMatchObject({ code: 917508 });
    on.fabric.clearFaults();
    expect(await on.done(CVO, "POST", "/storage/volumes", body)).toMatchObject({ state: "success" });
  });
});

describe("multi-admin verification by rule", () => {
  test.each([
    [403, "403/262325"],
    ["job", "failure/262325"],
  ] as const)("told by %s", async (mavStatus, expected) => {
    await on.close();
    on = await arrays({ ...instant, mavStatus, mavRules: { "volume snapshot delete": 1 } });
    const volume = await on.volume(ALI, "epic_prd");
    const base = `/storage/volumes/${volume.uuid}/snapshots`;
    const [oldest] = (await on.get(ALI, base)).records;
    const attempt = (as?: string): Promise<Json> => on.done(ALI, "DELETE", `${base}/${oldest.uuid}`, undefined, as);
    const refused = await attempt();
    expect(`${refused.status ?? refused.state}/${refused.code ?? refused.body.error.code}`).toBe(expected);
    const own = await on.call(ALI, "PATCH", "/security/multi-admin-verify/requests/1", { body: { state: "approved" } });
    expect(own.body.error.code).toBe("262337");
    expect(await attempt("sluice:sluice-array-1!")).toMatchObject({ state: "success" });
  });
});

describe("control calls", () => {
  test("write, snapshot, faults, state, log without secrets", async () => {
    const before = on.fabric.contentOf(ALI, "svm_epic", "epic_prd");
    const written = await on.call(ALI, "POST", "/_control/write", { body: { svm: "svm_epic", volume: "epic_prd" } });
    expect(written.body).toEqual({ ok: true, content: on.fabric.contentOf(ALI, "svm_epic", "epic_prd") });
    expect(written.body.content).not.toBe(before);
    await on.call(ALI, "POST", "/_control/snapshot", {
      body: { svm: "svm_epic", volume: "epic_prd", name: "by-hand" },
    });
    expect(on.fabric.contentOf(ALI, "svm_epic", "epic_prd", "by-hand")).toBe(written.body.content);
    expect((await on.call(ALI, "POST", "/_control/write", { body: { svm: "x", volume: "y" } })).body.ok).toBe(false);
    await on.call(ALI, "POST", "/_control/faults", {
      body: { method: "GET", path: "/cluster$", does: { kind: "error", code: 7, status: 503 } },
    });
    expect((await on.call(ALI, "GET", "/cluster")).status).toBe(503);
    const state = await on.call(ALI, "GET", "/_control/state");
    expect(Object.keys(state.body)).toEqual([ALI, CVO]);
    const log = await on.call(ALI, "GET", "/_control/log");
    expect(log.body.calls).toEqual([
      expect.objectContaining({ method: "GET", path: "/api/cluster", status: 503, body: null }),
    ]);
    expect(JSON.stringify(log.body)).not.toContain("netapp1!");
  });
});

test("reset gives the world as it was", async () => {
  const before = on.fabric.snapshot();
  await igroup();
  on.fabric.write(ALI, "svm_epic", "epic_prd");
  expect(on.fabric.snapshot()).not.toEqual(before);
  on.fabric.reset();
  expect(on.fabric.snapshot()).toEqual(before);
  expect(on.fabric.calls(CVO)).toHaveLength(0);
});

test("an hour of schedules changes nothing that counts", async () => {
  const before = on.fabric.snapshot();
  on.clock.advance(65 * 60_000);
  expect(on.fabric.snapshot()).toEqual(before);
});
