import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { clientCert, simCa } from "../../../sim/kit/tls.js";
import { generate } from "selfsigned";
import { Agent, request } from "undici";
import { instant, realistic, RELEASES, withProfile } from "../../../sim/ontap/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

let on: Arrays;
beforeAll(async () => {
  on = await arrays();
});
beforeEach(() => {
  on.fabric.knobs({ ...realistic, ...instant });
  on.fabric.reset();
});
afterAll(() => on.close());

const code = async (method: string, path: string, body?: unknown): Promise<string> => {
  const reply = await on.call(CVO, method, path, body === undefined ? {} : { body });
  return `${reply.status}/${reply.body?.error?.code}`;
};

describe("the query grammar's edges", () => {
  test.each([
    ["/storage/volumes?name=", "400/262177"],
    ["/storage/volumes?size=>", "400/262194"],
    ["/storage/volumes?name=a&name=b", "400/262282"],
    ["/storage/volumes?fields=svm.{name", "400/262286"],
    ["/storage/volumes?max_records=0", "400/262197"],
    ["/storage/volumes?password=x", "400/262202"],
    ["/cluster/peers?fields=authentication.passphrase", "400/262249"],
    ["/cluster/peers?authentication.generate_passphrase=true", "400/262250"],
    ["/cluster?nope=1", "400/262179"],
    ["/cluster?nope=1&ignore_unknown_fields=true", "200/undefined"],
    ["/storage/volumes/a%ZZ", "400/39387137"],
  ])("GET %s is %s", async (path, expected) => {
    expect(await code("GET", path)).toBe(expected);
  });

  test("arguments of a write", async () => {
    expect(await code("POST", "/cluster/schedules?name=x", { name: "x", cron: { minutes: [1] } })).toBe("400/262211");
    expect(await code("POST", "/cluster/schedules?query_fields=x", { name: "x" })).toBe("400/262277");
    expect(await code("POST", "/cluster/schedules?nope=x", { name: "x" })).toBe("400/262179");
    expect(await code("POST", "/cluster/schedules?return_timeout=121", { name: "x" })).toBe("400/262245");
    expect(await code("POST", "/cluster/schedules", { name: ["x"], cron: { minutes: [1] } })).toBe("400/262255");
    expect(await code("POST", "/cluster/schedules", { name: "x", cron: { minutes: 1 } })).toBe("400/262254");
    const twice = { remote: { ip_addresses: ["10.7.0.11", "10.7.0.11"] } };
    expect(await code("POST", "/cluster/peers", twice)).toBe("400/262222");
  });

  test("an unset field matches null and nothing else; quotes in comparisons and ranges; several orders", async () => {
    const names = async (query: string): Promise<string[]> =>
      (await on.get(CVO, `/storage/volumes?${query}`)).records.map((each: Json) => each.name);
    expect(await names("nas.path=!/x")).toEqual([]);
    expect(await names("nas.path=!/x|null")).toHaveLength(2);
    expect(await names(`size=${encodeURIComponent('"1GB".."9TB"')}`)).toEqual(["clarity_prd_dr"]);
    expect(await names("order_by=type,size%20desc")).toEqual(["epic_prd_dr", "clarity_prd_dr"]);
    expect(await names("order_by=type+desc,name")).toEqual(["clarity_prd_dr", "epic_prd_dr"]);
    expect(await names("query=CLARITY&query_fields=name")).toEqual(["clarity_prd_dr"]);
  });

  test("next comes as a header too, and pages of two keys go to their end", async () => {
    on.fabric.knobs({ emptyLastPage: false });
    const seen: string[] = [];
    let path: string | undefined = "/protocols/san/lun-maps?max_records=2";
    while (path !== undefined) {
      const reply: Json = await on.call(ALI, "GET", path);
      seen.push(...reply.body.records.map((each: Json) => each.lun.name));
      const next: string | undefined = reply.body._links?.next?.href;
      expect(reply.headers["link"]).toBe(next === undefined ? undefined : `<${next}>; rel="next"`);
      path = next?.slice("/api".length);
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
  });

  test("a page may be partial, whatever was asked for", async () => {
    on.fabric.knobs({ pageCap: 1 });
    const page = await on.get(CVO, "/storage/volumes?max_records=2");
    expect([page.num_records, typeof page._links.next.href]).toEqual([1, "string"]);
  });

  test("HAL links the objects a record names", async () => {
    const hal = { headers: { accept: "*/*" } };
    const [one] = (await on.get(CVO, "/storage/volumes?name=epic_prd_dr&fields=svm", hal)).records;
    expect(one.svm._links.self.href).toBe(`/api/svm/svms/${one.svm.uuid}`);
  });
});

describe("releases", () => {
  test("each knows the fields it brought, and not those of later ones", async () => {
    const since: readonly (readonly [string, string, string])[] = [
      ["9.8", "/snapmirror/relationships", "source.cluster.name"],
      ["9.9", "/snapmirror/relationships", "transfer.end_time"],
      ["9.10", "/protocols/san/lun-maps", "reporting_nodes"],
      ["9.11", "/snapmirror/relationships", "throttle"],
      ["9.12", "/storage/volumes", "snapshot_locking_enabled"],
      ["9.13", "/storage/volumes", "_tags"],
      ["9.14", "/snapmirror/relationships", "backoff_level"],
    ];
    const minor = (text: string): number => Number(text.split(".")[1]);
    for (const release of RELEASES) {
      await on.call(CVO, "POST", "/_control/profile", { body: { release } });
      expect((await on.get(CVO, "/cluster?fields=version")).version.major).toBe(minor(release));
      for (const [first, path, field] of since) {
        const expected = minor(release) >= minor(first) ? "200/undefined" : "400/262197";
        expect([release, field, await code("GET", `${path}?fields=${field}`)]).toEqual([release, field, expected]);
      }
      const groups = minor(release) >= 10 ? "200/undefined" : "404/3";
      expect(await code("GET", "/application/consistency-groups")).toBe(groups);
    }
  });

  test("a body's field a release lacks is an unexpected argument, a flag too", async () => {
    await on.call(CVO, "POST", "/_control/profile", { body: { release: "9.10.1" } });
    const mirror = { source: { path: "svm_epic:epic_prd" }, destination: { path: "svm_epic_dr:x" }, throttle: 5 };
    expect(await code("POST", "/snapmirror/relationships", mirror)).toBe("400/262179");
    const [peer] = (await on.get(CVO, "/svm/peers")).records;
    expect(await code("DELETE", `/svm/peers/${peer.uuid}?force=true`)).toBe("400/262179");
  });

  test("a world's cluster on one node, and with an SVM's login", async () => {
    const single = withProfile(epic, { cluster: CVO, platform: "cvo-single", release: "9.12.1", scope: "svm" });
    const then = await arrays(instant, single);
    expect((await then.get(CVO, "/cluster/nodes")).num_records).toBe(1);
    expect((await then.get(CVO, "/network/ethernet/ports?name=e0b")).num_records).toBe(1);
    const as = { as: "sluice:sluice-cvo-1!" };
    expect((await then.call(CVO, "GET", "/network/ip/interfaces", as)).body.error.code).toBe("6");
    expect((await then.get(CVO, "/storage/volumes", as)).num_records).toBe(2);
    await then.close();
    expect(() => withProfile(epic, { cluster: "nope" })).toThrow(/no cluster nope/);
  });
});

describe("jobs and schedules", () => {
  const start = async (): Promise<string> => {
    const volume = await on.volume(CVO, "epic_prd_dr");
    return (await on.call(CVO, "PATCH", `/storage/volumes/${volume.uuid}`, { body: { comment: "x" } })).body.job.uuid;
  };
  const act = (uuid: string, action: string): Promise<string> =>
    code("PATCH", `/cluster/jobs/${uuid}?action=${action}`);

  test("a job refuses to be paused or cancelled, and one that has ended anything", async () => {
    on.fabric.knobs({ jobMs: { volume: [1000, 1000], mirror: [0, 0] } });
    const uuid = await start();
    expect([await act(uuid, "pause"), await act(uuid, "cancel"), await act(uuid, "resume")]).toEqual([
      "400/458783",
      "400/458784",
      "400/458771",
    ]);
    on.clock.advance(1000);
    expect(await act(uuid, "cancel")).toBe("400/458762");
  });

  test("where the knob lets it, a paused job stands still, a resumed one ends, a cancelled one fails without effect", async () => {
    on.fabric.knobs({ jobMs: { volume: [1000, 1000], mirror: [0, 0] }, jobControl: "allow" });
    const job = (uuid: string): Promise<Json> => on.get(CVO, `/cluster/jobs/${uuid}`);
    const paused = await start();
    expect(await act(paused, "pause")).toBe("200/undefined");
    on.clock.advance(5000);
    expect((await job(paused)).state).toBe("paused");
    expect(await act(paused, "pause")).toBe("400/458776");
    expect(await act(paused, "resume")).toBe("200/undefined");
    on.clock.advance(1000);
    expect((await job(paused)).state).toBe("success");
    await on.done(CVO, "PATCH", `/storage/volumes/${(await on.volume(CVO, "epic_prd_dr")).uuid}`, { comment: "y" });
    const cancelled = await start();
    expect(await act(cancelled, "cancel")).toBe("200/undefined");
    on.clock.advance(5000);
    expect(await job(cancelled)).toMatchObject({ state: "failure", error: { code: "460770" } });
    expect((await on.volume(CVO, "epic_prd_dr")).comment).toBe("y");
  });

  test("schedules: cron or interval, changed within their type, not deleted while used", async () => {
    const all = "/cluster/schedules";
    expect(await code("POST", all, { name: "both", cron: { minutes: [1] }, interval: "PT5M" })).toBe("400/458788");
    expect(await code("POST", all, { name: "late", cron: { minutes: [60] } })).toBe("400/262197");
    expect(await code("POST", all, { name: "epic_15min", cron: { minutes: [0] } })).toBe("409/1");
    const [used] = (await on.get(CVO, `${all}?name=epic_15min`)).records;
    expect(await code("DELETE", `${all}/${used.uuid}`)).toBe("409/459758");
    expect(await code("PATCH", `${all}/${used.uuid}`, { interval: "PT5M" })).toBe("400/459760");
    expect(await code("PATCH", `${all}/${used.uuid}`, { cron: { minutes: [5] } })).toBe("200/undefined");
    expect((await on.get(CVO, `${all}/${used.uuid}`)).cron).toEqual({ minutes: [5] });
  });
});

describe("control calls", () => {
  const control = (name: string, body: unknown): Promise<Json> => on.call(CVO, "POST", `/_control/${name}`, { body });

  test("knobs are shown, turned, and checked", async () => {
    expect((await on.call(CVO, "GET", "/_control/knobs")).body.knobs).toMatchObject({ maxInFlight: "Infinity" });
    expect((await control("knobs", { mavStatus: 403, jobMs: { volume: [1, 2] } })).body.knobs).toMatchObject({
      mavStatus: 403,
      jobMs: { volume: [1, 2] },
    });
    for (const odd of [
      { nope: 1 },
      { mavStatus: 418 },
      { queuedMs: -1 },
      { jobMs: { volume: [2, 1] } },
      { nightlies: 1 },
    ])
      expect([odd, (await control("knobs", odd)).body.ok]).toEqual([odd, false]);
  });

  test("faults are shown, and checked", async () => {
    await control("faults", { condition: "peerDown" });
    await control("faults", { method: "GET", path: "/cluster$", does: { kind: "hang" } });
    expect((await on.call(CVO, "GET", "/_control/faults")).body).toEqual({
      conditions: ["peerDown"],
      rules: [{ method: "GET", path: "/cluster$", does: { kind: "hang" } }],
    });
    await control("faults", { clear: true });
    expect((await on.call(CVO, "GET", "/_control/faults")).body).toEqual({ conditions: [], rules: [] });
    const wrong = [
      { condition: "nope" },
      { does: { kind: "nope" } },
      { does: { kind: "error" } },
      { does: { kind: "reset", ms: 1 } },
      { when: "later", does: { kind: "reset" } },
      { pathh: "x", does: { kind: "reset" } },
    ];
    for (const odd of wrong) expect([odd, (await control("faults", odd)).body.ok]).toEqual([odd, false]);
  });

  test("429 with Retry-After when too many calls come at a time, and by a fault", async () => {
    on.fabric.knobs({ maxInFlight: 1, callMs: 50, retryAfterS: 3 });
    const replies = await Promise.all([1, 2, 3].map(() => on.call(CVO, "GET", "/cluster")));
    const refused = replies.filter((each) => each.status === 429);
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ headers: { "retry-after": "3" }, body: { error: { code: "262160" } } });
    on.fabric.knobs({ maxInFlight: Infinity, callMs: 0 });
    on.fabric.fault(CVO, { method: "GET", does: { kind: "error", code: 262160, status: 429, retryAfterS: 7 } });
    expect((await on.call(CVO, "GET", "/cluster")).headers["retry-after"]).toBe("7");
  });

  test("the arrays can skip time", async () => {
    const skip = async (advanceMs: number): Promise<number> =>
      Date.parse((await control("clock", { advanceMs })).body.now);
    const before = await skip(0);
    expect((await skip(60_000)) - before).toBe(60_000);
    expect((await control("clock", { advanceMs: -1 })).body.ok).toBe(false);
  });
});

describe("logins by certificate", () => {
  const as = async (cert: { key: string; cert: string }, headers = {}): Promise<Json> => {
    const dispatcher = new Agent({ connect: { ca: (await simCa()).certPem, ...cert } });
    try {
      const reply = await request(`${on.url(CVO)}/api/cluster`, { dispatcher, headers });
      return { status: reply.statusCode, body: await reply.body.json() };
    } finally {
      await dispatcher.close();
    }
  };

  test("the common name is the user; another's name, a wrong password beside it, a stranger's CA are refused", async () => {
    const own = await clientCert("sluice");
    expect((await as(own)).status).toBe(200);
    expect((await as(await clientCert("nobody"))).status).toBe(401);
    const wrong = `Basic ${Buffer.from("sluice:wrong").toString("base64")}`;
    expect((await as(own, { authorization: wrong })).status).toBe(401);
    const stranger = await generate([{ name: "commonName", value: "sluice" }], { keyType: "ec", algorithm: "sha256" });
    const selfSigned = { key: stranger.private, cert: stranger.cert };
    expect((await as(selfSigned)).status).toBe(401);
    // What Microsoft Operations does with the PEM a customer sends: the self-signed certificate itself becomes client-ca.
    await on.call(CVO, "POST", "/_control/client-ca", { body: { pem: stranger.cert } });
    expect((await as(selfSigned)).status).toBe(200);
    expect((await on.call(CVO, "POST", "/_control/client-ca", { body: { pem: "no" } })).body.ok).toBe(false);
  });

  test("a login made for certificates takes no password, and one for passwords no certificate", async () => {
    for (const body of [
      { user: "by-cert", method: "certificate", role: "admin" },
      { user: "by-word", method: "password", password: "pw-by-word", role: "admin" },
    ])
      expect((await on.call(CVO, "POST", "/_control/login", { body })).body.ok).toBe(true);
    expect((await as(await clientCert("by-cert"))).status).toBe(200);
    expect((await as(await clientCert("by-word"))).status).toBe(401);
    expect((await on.call(CVO, "GET", "/cluster", { as: "by-cert:" })).status).toBe(401);
    expect((await on.call(CVO, "GET", "/cluster", { as: "by-word:pw-by-word" })).status).toBe(200);
  });
});

describe("who may what", () => {
  test("accounts, roles and licences are shown to the cluster's logins", async () => {
    expect((await on.get(ALI, "/security/accounts?fields=*")).records).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "sluice", scope: "svm", owner: expect.objectContaining({ name: "svm_epic" }) }),
      ]),
    );
    const [role] = (await on.get(CVO, "/security/roles?name=sluice&fields=privileges")).records;
    expect(role.privileges).toContainEqual({ path: "/api/cluster/peers", access: "readonly" });
    expect((await on.get(CVO, "/cluster/licensing/licenses?name=snapmirror")).num_records).toBe(1);
  });

  test("403 with code 6 for what the role lacks, whatever the verb; 404 with code 4 for another SVM's objects", async () => {
    const as = { as: "sluice:sluice-cvo-1!" };
    for (const [method, path] of [
      ["POST", "/network/ipspaces"],
      ["PATCH", "/network/ethernet/ports/x"],
      ["DELETE", "/cluster/peers/x"],
      ["PATCH", "/private/cli/network/port/broadcast-domain/remove-ports"],
      ["GET", "/security/accounts"],
    ] as const) {
      const reply = await on.call(CVO, method, path, as);
      expect([path, reply.status, reply.body.error]).toEqual([
        path,
        403,
        { message: "not authorized for that command", code: "6" },
      ]);
    }
    on.fabric.knobs({ svmLoginSeesCluster: false });
    expect((await on.call(ALI, "GET", "/cluster", { as: "sluice:sluice-array-1!" })).status).toBe(403);
  });
});

describe("where the documents say nothing, a knob", () => {
  test("feature errors may come with 500: clients go by the code", async () => {
    on.fabric.knobs({ featureErrorStatus: 500 });
    expect(await code("POST", "/network/ipspaces", { name: "a b" })).toBe("500/9240589");
    expect(await code("GET", "/storage/volumes?fields=nope")).toBe("400/262197");
  });

  test("a login without the right may be told so in the job", async () => {
    on.fabric.knobs({ rightsCheckedIn: "job" });
    const as = "sluice:sluice-cvo-1!";
    const body = { svm: { name: "svm_epic_dr" }, peer: { svm: { name: "svm_epic" }, cluster: { name: ALI } } };
    const reply = await on.call(CVO, "POST", "/svm/peers", { body, as });
    expect(reply.status).toBe(202);
    expect(await on.get(CVO, `/cluster/jobs/${reply.body.job.uuid}`)).toMatchObject({ state: "failure", code: 6 });
    expect((await on.call(CVO, "POST", "/svm/peers?return_timeout=5", { body, as })).status).toBe(403);
    expect((await on.call(CVO, "POST", "/network/ipspaces", { body: { name: "x" }, as })).status).toBe(403);
  });

  test("an SVM in the header that contradicts the query", async () => {
    const headers = { "x-dot-svm-name": "svm_epic_dr" };
    expect((await on.call(CVO, "GET", "/storage/volumes?svm.name=svm_epic_dr", { headers })).status).toBe(200);
    expect((await on.call(CVO, "GET", "/storage/volumes?svm.name=other", { headers })).body.error.code).toBe("262245");
    const byUuid = await on.call(CVO, "GET", "/storage/volumes?svm.uuid=another", { headers });
    expect(byUuid.body.error.code).toBe("262245");
  });
});

test("ten thousand mirrors are seeded and served in pages of a thousand", async () => {
  const many = await arrays(instant, epic, undefined, { relationships: 10_000 });
  let path: string | undefined = "/snapmirror/relationships?fields=*&max_records=1000";
  const seen = new Set<string>();
  let pages = 0;
  while (path !== undefined) {
    const page: Json = await many.get(CVO, path);
    pages += 1;
    for (const each of page.records) seen.add(each.uuid);
    path = page._links?.next?.href?.replace(/^\/api/, "");
  }
  expect([seen.size, pages]).toEqual([10_002, 11]);
  await many.close();
});
