import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Condition, Fault, FaultRule } from "../../sim/ontap/index.js";
import type { ProblemKind } from "../../src/core/problems.js";
import { CODES, type OntapClient, type Relationship } from "../../src/ontap/index.js";
import { ARRAY, CVO, DR, openSite, problemOf, type Site, SVM } from "./support/site.js";

/**
 * Every way a simulated array can go wrong, and the class the client gives it. What decides is the world: a write whose effect is there must never
 * come back as "it did not happen".
 */
let site: Site;
let cvo: OntapClient;
beforeAll(async () => {
  // Short, because a hanging call ends by this; the array then has no time to hold a call open, and every job is followed.
  site = await openSite({ client: { requestTimeoutMs: 1_500 } });
  cvo = site.cvo;
});
afterAll(() => site.close());
afterEach(() => site.fabric.reset());

/** A write of each kind with what shows that it took effect. */
const writes = {
  /** Asynchronous, creates. */
  clone: {
    match: { method: "POST", path: "/storage/volumes(\\?|$)" },
    act: async (): Promise<void> => {
      const parent = (await cvo.volumes.findByName(DR, "epic_prd_dr"))!;
      const [night] = await cvo.snapshots.list(parent.uuid, { label: "daily" });
      const clone = { svm: DR, name: "c1", parentVolume: "epic_prd_dr", parentSnapshot: night!.name, comment: "x" };
      await cvo.jobs.settle(await cvo.volumes.createClone(clone));
    },
    happened: async (): Promise<boolean> => (await cvo.volumes.findByName(DR, "c1")) !== undefined,
  },
  /** Asynchronous, changes. */
  pause: {
    match: { method: "PATCH", path: "/snapmirror/relationships/" },
    act: async (): Promise<void> => {
      await cvo.jobs.settle(await cvo.relationships.setState((await mirror()).uuid, "paused"));
    },
    happened: async (): Promise<boolean> => (await mirror()).state === "paused",
  },
  /** Synchronous. */
  igroup: {
    match: { method: "POST", path: "/protocols/san/igroups(\\?|$)" },
    act: async (): Promise<void> => {
      await cvo.igroups.create({ svm: DR, name: "ig_x", protocol: "iscsi", initiators: [] });
    },
    happened: async (): Promise<boolean> => (await cvo.igroups.findByName(DR, "ig_x")) !== undefined,
  },
} as const;

async function mirror(): Promise<Relationship> {
  return (await cvo.relationships.list({ destinationSvm: DR, destinationVolume: "epic_prd_dr" }))[0]!;
}

type Ending = ProblemKind | "success";
interface Row {
  readonly does: Fault;
  readonly before: Ending;
  readonly after: Ending;
  readonly code?: string;
  /** Only for what has a job. */
  readonly jobs?: true;
}

const faults: { readonly [Kind in Fault["kind"]]: readonly Row[] } = {
  reset: [{ does: { kind: "reset" }, before: "inDoubt", after: "inDoubt" }],
  hang: [{ does: { kind: "hang" }, before: "inDoubt", after: "inDoubt", code: "TimeoutError" }],
  delay: [{ does: { kind: "delay", ms: 20 }, before: "success", after: "success" }],
  reply: [
    { does: { kind: "reply", status: 500 }, before: "inDoubt", after: "inDoubt", code: "http 500" },
    { does: { kind: "reply", status: 502 }, before: "inDoubt", after: "inDoubt", code: "http 502" },
    { does: { kind: "reply", status: 503 }, before: "inDoubt", after: "inDoubt", code: "http 503" },
    { does: { kind: "reply", status: 504 }, before: "inDoubt", after: "inDoubt", code: "http 504" },
    { does: { kind: "reply", status: 200, body: "what?" }, before: "inDoubt", after: "inDoubt" },
  ],
  error: [
    { does: { kind: "error", code: 65541, status: 500 }, before: "inDoubt", after: "inDoubt", code: "65541" },
    { does: { kind: "error", code: 65552, status: 500 }, before: "inDoubt", after: "inDoubt", code: "65552" },
    { does: { kind: "error", code: 65562, status: 500 }, before: "inDoubt", after: "inDoubt", code: "65562" },
    { does: { kind: "error", code: 262145, status: 500 }, before: "inDoubt", after: "inDoubt", code: "262145" },
  ],
  jobFailure: [
    { does: { kind: "jobFailure", code: 65552 }, before: "inDoubt", after: "inDoubt", code: "65552", jobs: true },
    { does: { kind: "jobFailure", code: 4 }, before: "inDoubt", after: "inDoubt", code: "4", jobs: true },
  ],
  approval: [],
};
const rows = Object.values(faults).flat();
const show = ({ kind, ...rest }: Fault): string => `${kind} ${JSON.stringify(rest)}`;

describe.each(Object.entries(writes))("a doubt is never called a failure: %s", (name, { match, act, happened }) => {
  const fitting = rows.filter((row) => !row.jobs || name !== "igroup");
  const cases = fitting.flatMap((row) =>
    (["before", "after"] as const).map((when) => ({ row, when, says: show(row.does) })),
  );
  test.each(cases)("$says, $when its effect", async ({ row, when }) => {
    site.fault(CVO, { ...match, when, does: row.does });
    const problem = await act().then(
      () => undefined,
      (thrown: unknown) => problemOf(Promise.reject(thrown)),
    );
    site.fabric.clearFaults();
    expect(problem?.kind ?? "success").toBe(row[when]);
    if (row.code !== undefined) expect(problem?.code).toBe(row.code);
    // The law itself: what is said to have failed is not there, what is said to be done is.
    const there = await happened();
    if (problem?.kind === "rejected" || problem?.kind === "notSent") expect(there).toBe(false);
    if (problem === undefined) expect(there).toBe(true);
    if (when === "after") expect(there).toBe(true);
  });
});

describe("a no is a no", () => {
  const no: [
    string,
    FaultRule & { does: Fault },
    Partial<{ code: string; retryable: boolean; retryAfterMs: number }>,
  ][] = [
    [
      "too many requests",
      { does: { kind: "reply", status: 429, headers: { "retry-after": "7" } } },
      { retryable: true, retryAfterMs: 7000 },
    ],
    [
      "too many requests, by code",
      { does: { kind: "error", code: 262160, status: 429 } },
      { code: "262160", retryable: true },
    ],
    [
      "temporarily locked",
      { does: { kind: "error", code: 8, status: 409, message: "The object is temporarily locked." } },
      { retryable: true, retryAfterMs: 30_000 },
    ],
    ["busy", { does: { kind: "error", code: 524486, status: 500 } }, { code: "524486", retryable: true }],
    ["being modified", { does: { kind: "error", code: 6619715 } }, { code: "6619715", retryable: true }],
    [
      "no right",
      { does: { kind: "error", code: 6, status: 403, message: "not authorized for that command" } },
      { code: "6", retryable: false },
    ],
    ["a plain no", { does: { kind: "error", code: 262197, status: 400 } }, { code: "262197", retryable: false }],
    ["a limit", { does: { kind: "error", code: 7, status: 503 } }, { code: "7", retryable: true }],
    [
      "the array's own approval",
      { does: { kind: "approval", operation: "volume create" } },
      { code: "262325", retryable: false },
    ],
  ];
  test.each(no)("%s", async (_name, rule, expected) => {
    site.fault(CVO, { ...writes.clone.match, ...rule });
    const problem = await problemOf(writes.clone.act());
    expect(problem).toMatchObject({ kind: "rejected", ...expected });
    expect(await writes.clone.happened()).toBe(false);
  });

  test("also inside a job, naming the right that is missing", async () => {
    site.fault(CVO, { ...writes.clone.match, does: { kind: "jobFailure", code: 6, message: "not authorized" } });
    const problem = await problemOf(writes.clone.act());
    expect(problem).toMatchObject({
      kind: "rejected",
      code: "6",
      detail: { missingRight: { api: "/api/storage/volumes", access: "read_create" } },
    });
  });

  test("one that may help later is waited out when asked to, and the write happens once", async () => {
    site.fault(CVO, {
      ...writes.igroup.match,
      times: 2,
      does: { kind: "reply", status: 429, headers: { "retry-after": "7" } },
    });
    const began = site.clock.now();
    await cvo.patiently(60_000, () => writes.igroup.act());
    expect(site.clock.now() - began).toBe(14_000);
    expect(await writes.igroup.happened()).toBe(true);
    site.fault(CVO, { ...writes.pause.match, when: "after", does: { kind: "reset" } });
    const calls = () => site.fabric.calls(CVO).filter((call) => call.method === "PATCH").length;
    expect((await problemOf(cvo.patiently(60_000, () => writes.pause.act()))).kind).toBe("inDoubt");
    expect(calls()).toBe(1);
  });

  test("a locked object is waited for by a read, three times half a minute", async () => {
    const locked: Fault = { kind: "error", code: 8, status: 409, message: "The object is temporarily locked." };
    site.fault(CVO, { method: "GET", path: "/storage/volumes", times: 3, does: locked });
    const began = site.clock.now();
    expect((await cvo.volumes.list()).length).toBeGreaterThan(0);
    expect(site.clock.now() - began).toBe(90_000);
  });
});

/** What holds until it is cleared: where it shows, and as what. */
const conditions: { readonly [Name in Condition]: () => Promise<void> } = {
  unreachable: async () => {
    expect(await problemOf(cvo.volumes.list())).toMatchObject({ kind: "notSent", retryable: true });
    expect(["notSent", "inDoubt"]).toContain((await problemOf(writes.igroup.act())).kind);
  },
  loginRefused: async () => {
    const problem = await problemOf(writes.igroup.act());
    expect(problem).toMatchObject({ kind: "rejected", retryable: false });
    expect(problem.sentence).toMatch(/login admin was refused.*Check the user/);
  },
  peerDown: () => transferFails(),
  sourceOffline: () => transferFails(ARRAY),
  destinationFull: () => transferFails(),
  noCommonSnapshot: () => transferFails(),
  busySnapshot: async () => {
    // Rotation fails, the data has moved: the mirror stays, and its snapshot too.
    await cvo.transfers.start((await mirror()).uuid);
    const seen = await settled();
    expect(seen?.state).toBe("snapmirrored");
    expect((await cvo.ems.listEvents({ names: ["snapmirror.*", "sm.*"] })).length).toBeGreaterThan(0);
  },
  keyVaultDown: async () => {
    const problem = await problemOf(writes.clone.act());
    expect(problem).toMatchObject({ kind: "rejected", code: "65537463" });
    expect(problem.sentence).toContain("key vault");
    expect(await writes.clone.happened()).toBe(false);
  },
};

const settled = async () =>
  cvo.relationships.follow(
    (await mirror()).uuid,
    (seen) => !["queued", "transferring"].includes(seen.transfer?.state ?? ""),
    60_000,
  );

/** Either refused at once, or accepted and then shown on the mirror with its reason. Nothing is lost: the mirror is what it was. */
async function transferFails(on = CVO): Promise<void> {
  const source = (await site.array.volumes.findByName(SVM, "epic_prd"))!;
  await site.array.jobs.settle(await site.array.snapshots.create(source.uuid, { name: "fresh", label: "daily" }));
  const before = await mirror();
  expect([CVO, ARRAY]).toContain(on);
  const problem = await cvo.transfers.start(before.uuid).then(
    () => undefined,
    (thrown: unknown) => problemOf(Promise.reject(thrown)),
  );
  if (problem !== undefined) expect(problem.kind).toBe("rejected");
  else {
    const seen = await settled();
    expect(seen).toMatchObject({ healthy: false, transfer: { state: "failed" } });
    expect(seen?.unhealthyReasons[0]?.message).not.toBe("");
  }
  expect((await mirror()).exportedSnapshot).toBe(before.exportedSnapshot);
}

describe("what holds until it is cleared", () => {
  const where: Partial<Record<Condition, string>> = { sourceOffline: ARRAY };
  test.each(Object.entries(conditions))("%s", async (name, shows) => {
    site.fault(where[name as Condition] ?? CVO, { condition: name as Condition });
    await shows();
  });
});

test("every code of the reference's index has its place in the table", () => {
  const retryable = ["13303816", "13304159", "6619715", "6619720", "262160", "524486"];
  for (const code of retryable) expect([code, CODES[code]?.retryable]).toEqual([code, true]);
  const index =
    "1 4 6 262160 262325 917526 13107405 917536 524597 524601 524819 918236 918243 918244 918247 1520442 524486 524615 525059 1638461 1638521 1638522 1638543 1638555 1638600 " +
    "1638480 9437886 524511 1254207 5374922 5374023 5374035 5374053 1254197 1254213 5374573 5374581 6619637 6619546 6619699 13304108 6619714 6619715 6619720 13303816 13304159 " +
    "13303808 13303809 13303810 13303811 13303823 13303824 13303812 13303844 13303845 13303820 13303813 13303822 13303832 13303848 13303849 13303851 13303854 13303855 13304161 " +
    "13303883 13303886 13303996 13304003 13304062 13304070 13304086 13304120 9896086 9896088 26345575 1376963 1966140 1967153 1967154 53281086 53411921 53411925 53411959 53411865 " +
    "65537463 65537500 65537523 65537553 65537567 983173 8650851";
  expect(index.split(" ").filter((code) => CODES[code] === undefined)).toEqual([]);
});
