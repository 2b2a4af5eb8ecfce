import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "@jest/globals";
import { clientCert, serverCert, simCa } from "../../sim/kit/tls.js";
import { Problem } from "../../src/core/problems.js";
import { createOntap, type OntapClient, type OntapOptions } from "../../src/ontap/index.js";
import { JumpClock } from "../support/clock.js";
import { type Behaviour, FarEnd } from "../support/far-end.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function farEnd(...answers: Behaviour[]): Promise<FarEnd> {
  const far = await FarEnd.listen(answers);
  open.push(far);
  return far;
}

function client(url: string, more: Partial<OntapOptions> = {}): OntapClient {
  const made = createOntap({
    cluster: "cvo",
    url,
    insecure: url.startsWith("http:"),
    login: { user: "sluice", password: "s3cret" },
    clock: new JumpClock(),
    clientApp: "sluice/1.2.3",
    ...more,
  });
  open.push(made);
  return made;
}

async function problemOf(act: Promise<unknown>): Promise<Problem> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const kind = async (act: Promise<unknown>) => (await problemOf(act)).kind;

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((closed) => server.close(() => closed()));
  return port;
}

const page = (records: unknown[], next?: string): Behaviour => ({
  status: 200,
  body: { records, num_records: records.length, ...(next === undefined ? {} : { _links: { next: { href: next } } }) },
});
const job = { uuid: "j-1" };
const accepted: Behaviour = { status: 202, body: { job } };
const remove = (ontap: OntapClient) => ontap.volumes.delete("v-1", { force: true });

describe("a write", () => {
  test.each<[string, Behaviour, Problem["kind"]]>([
    ["cut after it was taken", "reset", "inDoubt"],
    ["cut in the middle of the answer", "half", "inDoubt"],
    ["never answered", "hang", "inDoubt"],
    ["answered 502 by something in between", { status: 502, text: "<html>Bad Gateway</html>" }, "inDoubt"],
    ["answered 200 with what is no JSON", { status: 200, text: "<html>hello</html>" }, "inDoubt"],
    [
      "answered 500 with a code of the array",
      { status: 500, body: { error: { code: "524615", message: "has clones" } } },
      "rejected",
    ],
    ["answered 429", { status: 429, headers: { "retry-after": "3" } }, "rejected"],
    ["answered 401", { status: 401 }, "rejected"],
    [
      "answered 202 with a job that has failed",
      { status: 202, body: { job: { ...job, state: "failure", code: 917526, message: "Duplicate" } } },
      "rejected",
    ],
    [
      "answered 202 with a request for approval",
      { status: 202, body: { message: "The security multi-admin-verify request (index 3) requires approval." } },
      "rejected",
    ],
  ])("%s is never sent twice", async (_name, behaviour, expected) => {
    const far = await farEnd(behaviour);
    expect(await kind(remove(client(far.url, { requestTimeoutMs: 1500 })))).toBe(expected);
    expect(far.arrived).toHaveLength(1);
  });

  test("that meets nobody, an unknown name or an untrusted certificate was not sent", async () => {
    expect(await kind(remove(client(`http://127.0.0.1:${await unusedPort()}`)))).toBe("notSent");
    const unknown = await problemOf(remove(client("https://no-such-array.invalid")));
    expect([unknown.kind, unknown.retryable]).toEqual(["notSent", unknown.code === "EAI_AGAIN"]);

    const tls = await FarEnd.listen([accepted], await serverCert());
    open.push(tls);
    const untrusted = await problemOf(remove(client(tls.url)));
    expect([untrusted.kind, untrusted.retryable]).toEqual(["notSent", false]);
    expect(untrusted.sentence).toContain("certificate is not trusted");
    expect(tls.arrived).toHaveLength(0);

    const { certPem } = await simCa();
    const wrongName = await problemOf(remove(client(tls.url.replace("127.0.0.1", "127.0.0.2"), { ca: certPem })));
    expect(wrongName.kind).toBe("notSent");

    const trusting = client(tls.url, { ca: certPem });
    expect(await remove(trusting)).toEqual({ jobUuid: "j-1", done: false, records: [] });
    expect((await remove(client(tls.url, { insecure: true }))).jobUuid).toBe("j-1");
  });

  test("that lost its handshake was not sent", async () => {
    const mute = createServer((socket) => socket.destroy());
    await new Promise<void>((listening) => mute.listen(0, "127.0.0.1", listening));
    open.push({ close: () => new Promise((closed) => mute.close(() => closed())) });
    const { port } = mute.address() as AddressInfo;
    expect(await kind(remove(client(`https://127.0.0.1:${port}`)))).toBe("notSent");
  });

  test("carries its body, its time-out, who we are, and nothing twice", async () => {
    const far = await farEnd({ status: 201, body: { job, num_records: 1, records: [{ uuid: "v-9", name: "c1" }] } });
    const ontap = client(`${far.url}/api/`);
    const made = await ontap.volumes.createClone({
      svm: "s",
      name: "c1",
      parentVolume: "p",
      parentSnapshot: "n",
      comment: "x",
    });
    expect(made).toEqual({ jobUuid: "j-1", done: true, records: [{ uuid: "v-9", name: "c1" }] });
    const [call] = far.arrived;
    expect([call?.method, call?.url]).toEqual(["POST", "/api/storage/volumes?return_records=true&return_timeout=15"]);
    expect(call?.headers).toMatchObject({
      accept: "application/json",
      authorization: `Basic ${Buffer.from("sluice:s3cret").toString("base64")}`,
      "x-dot-client-app": "sluice/1.2.3",
    });
    expect(JSON.parse(call?.body ?? "")).toMatchObject({
      type: "rw",
      clone: { is_flexclone: true, parent_snapshot: { name: "n" } },
    });
  });

  test("asks the array to answer before we hang up", async () => {
    const far = await farEnd(accepted);
    await client(far.url, { requestTimeoutMs: 12_000 }).snapshots.delete("v", "s");
    await client(far.url, { requestTimeoutMs: 3000 }).snapshots.delete("v", "s");
    await client(far.url).relationships.setState("r", "paused");
    expect(far.arrived.map((call) => /return_timeout=(\d+)/.exec(call.url)?.[1])).toEqual(["7", "0", "0"]);
  });

  test("is not sent when the lease check says no, and the check comes when its turn has come", async () => {
    const far = await farEnd("hang");
    const order: string[] = [];
    const ontap = client(far.url, {
      maxInFlight: 1,
      requestTimeoutMs: 600,
      beforeWrite: () => {
        order.push("checked");
        return order.length > 1 ? Promise.reject(new Error("the lease is lost")) : Promise.resolve();
      },
    });
    const first = problemOf(remove(ontap)).then((problem) => order.push(problem.kind));
    const second = remove(ontap).catch((error: unknown) => order.push((error as Error).message));
    await Promise.all([first, second]);
    expect(order[0]).toBe("checked");
    expect(order.slice(1).sort()).toEqual(["checked", "inDoubt", "the lease is lost"]);
    expect(far.arrived).toHaveLength(1);
  });
});

describe("a read", () => {
  test("is tried again after a cut line, a 503 and a 429, as long as told", async () => {
    const clock = new JumpClock();
    const far = await farEnd("reset", { status: 503 }, { status: 429, headers: { "retry-after": "5" } }, page([]));
    const began = clock.now();
    expect(await client(far.url, { clock }).volumes.list()).toEqual([]);
    expect(far.arrived).toHaveLength(4);
    expect(clock.now() - began).toBe(200 + 600 + 5000);
  });

  test("gives up after four tries, or when told to wait too long, as one that may be tried again", async () => {
    const far = await farEnd("reset");
    const problem = await problemOf(client(far.url).volumes.list());
    expect([problem.kind, problem.retryable, far.arrived.length]).toEqual(["notSent", true, 4]);

    far.answer({
      status: 429,
      headers: { "retry-after": "600" },
      body: { error: { code: "262160", message: "busy" } },
    });
    const busy = await problemOf(client(far.url).volumes.list());
    expect([busy.kind, busy.retryAfterMs, far.arrived.length]).toEqual(["rejected", 600_000, 5]);
  });

  test("is not tried again where time heals nothing", async () => {
    const far = await farEnd({
      status: 403,
      body: { error: { code: "6", message: "not authorized for that command" } },
    });
    expect((await problemOf(client(far.url).aggregates.list())).code).toBe("6");
    expect(far.arrived).toHaveLength(1);
  });

  test("finds nothing where get fails with code 4; an unknown URL is not nothing", async () => {
    const far = await farEnd({ status: 404, body: { error: { code: "4", message: "entry doesn't exist" } } });
    const ontap = client(far.url);
    expect(await ontap.volumes.find("v")).toBeUndefined();
    expect((await problemOf(ontap.volumes.get("v"))).code).toBe("4");
    far.answer({ status: 404, text: "<html>not here</html>" });
    expect((await problemOf(ontap.volumes.find("v"))).code).toBe("http 404");
  });

  test("that cannot be understood is said so", async () => {
    const far = await farEnd(page([{ name: "without uuid" }]));
    const problem = await problemOf(client(far.url).volumes.list());
    expect([problem.kind, problem.code]).toEqual(["notSent", "unreadable"]);
    expect(problem.sentence).toContain("a record has no uuid");
  });
});

describe("pages", () => {
  const volume = (name: string) => ({ uuid: `u-${name}`, name });

  test("are followed by their opaque links, partial and empty ones too", async () => {
    const far = await farEnd(
      page([volume("a")], "/api/storage/volumes?start.uuid=%7Bx&max_records=1"),
      page([], "/api/storage/volumes?start.uuid=y"),
      page([volume("b"), volume("c")]),
    );
    const names = (await client(far.url).volumes.list({ svm: "s v" })).map((each) => each.name);
    expect(names).toEqual(["a", "b", "c"]);
    expect(far.arrived.map((call) => call.url).slice(1)).toEqual([
      "/api/storage/volumes?start.uuid=%7Bx&max_records=1",
      "/api/storage/volumes?start.uuid=y",
    ]);
    expect(far.arrived[0]?.url).toContain("svm.name=%22s%20v%22&fields=uuid,name,");
  });

  test("never lead our login to another place, and never in a circle", async () => {
    const far = await farEnd(page([], "https://elsewhere.example/api/storage/volumes"));
    expect((await problemOf(client(far.url).volumes.list())).sentence).toContain("somewhere else");
    far.answer(page([], "//elsewhere.example/api"));
    expect((await problemOf(client(far.url).volumes.list())).sentence).toContain("somewhere else");
    far.answer(page([], "/api/storage/volumes?start.uuid=x"));
    expect((await problemOf(client(far.url).volumes.list())).sentence).toContain("do not end");
    expect(far.arrived).toHaveLength(4);
  });
});

test.each([
  ["as the budget allows", { maxInFlight: 3 }, 3],
  ["as eight, unless told", {}, 8],
])("as many calls are under way at once %s, and no more", async (_says, options, size) => {
  const far = await farEnd(page([]));
  const held: (() => void)[] = [];
  // Nobody is answered before so many are there, and then all of them: fewer at once would never end.
  far.onCall = () =>
    new Promise<void>((go) => {
      held.push(go);
      if (held.length === size) for (const each of held.splice(0)) each();
    });
  const ontap = client(far.url, options);
  const reads = Array.from({ length: 2 * size }, () => ontap.volumes.list());
  const writes = Array.from({ length: size }, () => ontap.igroups.addInitiator("g", "iqn.1994-05.com.redhat:a"));
  await Promise.all([...reads, ...writes]);
  expect(far.arrived).toHaveLength(3 * size);
  expect(far.mostOpen).toBe(size);
});

test("a closed client sends nothing", async () => {
  const far = await farEnd(page([]));
  const ontap = client(far.url);
  await ontap.close();
  expect(await kind(remove(ontap))).toBe("notSent");
  expect(far.arrived).toHaveLength(0);
});

describe("the watcher's questions", () => {
  test("are one query for a handful, and one walk over the collection for very many", async () => {
    const far = await farEnd(page([]));
    const ontap = client(far.url);
    await ontap.relationships.watch(["a", "b", "c"]);
    expect(far.arrived[0]?.url).toContain("?uuid=a%7Cb%7Cc&");
    await ontap.relationships.watch(Array.from({ length: 1000 }, (_, i) => `u-${i}`));
    expect(far.arrived[1]?.url).not.toContain("uuid=");
    await ontap.jobs.listByUuid(Array.from({ length: 1000 }, (_, i) => `u-${i}`));
    expect(far.arrived[2]?.url).not.toContain("uuid=u");
    expect(far.arrived).toHaveLength(3);
    expect(await ontap.relationships.watch([])).toEqual([]);
    expect(await ontap.jobs.listByUuid([])).toEqual([]);
    expect(far.arrived).toHaveLength(3);
    expect(Math.max(...far.arrived.map((call) => call.url.length))).toBeLessThan(8000);
  });
});

describe("a job", () => {
  test("is followed until its end, or until its record has gone", async () => {
    const running = page([{ uuid: "j", state: "running", description: "POST /api/x" }]);
    const gone = page([]);
    const far = await farEnd(running, running, page([{ uuid: "j", state: "success" }]));
    const ontap = client(far.url);
    expect((await ontap.jobs.follow("j", 60_000))?.state).toBe("success");
    far.answer(running, gone);
    expect(await ontap.jobs.follow("j", 60_000)).toBeUndefined();
    far.answer(running);
    expect((await ontap.jobs.follow("j", 5000))?.state).toBe("running");
  });

  test("that failed says how, in the same words as any other error", async () => {
    const far = await farEnd({
      status: 200,
      body: {
        uuid: "j",
        state: "failure",
        code: 1638555,
        message: "locked",
        error: { code: "1638555", message: "Snapshot x is locked" },
      },
    });
    const failed = await client(far.url).jobs.find("j");
    expect(failed).toMatchObject({ state: "failure", code: "1638555", message: "Snapshot x is locked" });
    expect(failed?.state === "failure" && failed.problem.kind).toBe("rejected");
  });
});

describe("a release", () => {
  test("that lacks something refuses the write before it is sent; one that is only assumed lets the array decide", async () => {
    const far = await farEnd({
      status: 200,
      body: { version: { generation: 9, major: 10, minor: 1, full: "NetApp Release 9.10.1" } },
    });
    const mirror = { sourcePath: "s:v", destinationPath: "d:v", policy: "p", schedule: "15min" };
    const problem = await problemOf(client(far.url).relationships.create(mirror));
    expect([problem.kind, problem.code]).toEqual(["rejected", "release"]);
    expect(problem.sentence).toContain("9.10.1");
    expect(far.arrived.map((call) => call.method)).toEqual(["GET"]);

    far.answer({ status: 403, body: { error: { code: "6", message: "no" } } }, accepted);
    const scoped = client(far.url);
    expect((await scoped.relationships.create(mirror)).jobUuid).toBe("j-1");
    expect(await scoped.cluster.version()).toMatchObject({ short: "9.10.1", assumed: true });
  });
});

describe("a restore relationship's deletion", () => {
  test("never reaches an ordinary mirror, whose common snapshots the same call would take", async () => {
    const far = await farEnd({ status: 200, body: { uuid: "r" } });
    const ontap = client(far.url);
    expect((await problemOf(ontap.relationships.delete("r", "restoreRelationship"))).code).toBe("notRestore");
    far.answer({ status: 200, body: { uuid: "r", restore: true } }, accepted);
    await ontap.relationships.delete("r", "restoreRelationship");
    far.answer(accepted);
    await ontap.relationships.delete("r", "destinationOnly");
    expect(far.arrived.filter((call) => call.method === "DELETE").map((call) => call.url)).toEqual([
      "/api/snapmirror/relationships/r?return_timeout=0",
      "/api/snapmirror/relationships/r?destination_only=true&return_timeout=0",
    ]);
  });
});

describe("a login by certificate", () => {
  test("shows the certificate; one that cannot be read is not sent", async () => {
    const { certPem } = await simCa();
    const seen: string[] = [];
    const far = await FarEnd.listen([page([])], {
      ...(await serverCert()),
      ca: certPem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    open.push(far);
    far.onCall = (request) => seen.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
    const { cert, key } = await clientCert("svc-sluice");
    expect(await client(far.url, { ca: certPem, login: { cert, key } }).volumes.list()).toEqual([]);
    expect(seen).toEqual(["svc-sluice"]);
    expect(far.arrived[0]?.headers.authorization).toBeUndefined();

    // This far end refuses without a word: a read has lost nothing, a write cannot know.
    const nobody = client(far.url, { ca: certPem });
    expect([await kind(nobody.volumes.list()), await kind(remove(nobody))]).toEqual(["notSent", "inDoubt"]);
    const broken = await problemOf(remove(client(far.url, { ca: certPem, login: { cert: "no", key: "pem" } })));
    expect(broken.kind).toBe("notSent");
    expect(far.arrived).toHaveLength(1);
  });
});

test("a url that is not https is refused, unless insecure says so", () => {
  const options = { cluster: "c", login: { user: "u", password: "p" }, clock: new JumpClock() };
  expect(() => createOntap({ ...options, url: "http://array" })).toThrow("not https");
});

test("the reader has no writes, for the compiler and at run time", () => {
  const ontap = client("https://127.0.0.1:1");
  // @ts-expect-error -- the compiler is the guard
  const write: unknown = ontap.reader.volumes.delete;
  expect(write).toBeUndefined();
  const verbs = Object.values(ontap.reader).flatMap((family) =>
    typeof family === "object" ? Object.keys(family as object) : [],
  );
  expect(
    verbs.filter(
      (verb) => !/^(get|find|list|watch|follow|settle|version|supports|name|sessions|iscsi|mayRead$)/.test(verb),
    ),
  ).toEqual([]);
});
