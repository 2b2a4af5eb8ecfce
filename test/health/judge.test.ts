import { describe, expect, test } from "@jest/globals";
import { judgeHealth, recoveryOf, type FindingKind, type HealthView, type Severity } from "../../src/health/index.js";
import type { Relationship } from "../../src/ontap/index.js";
import { shownText } from "../support/answers.js";
import {
  DAY,
  HOUR,
  MINUTE,
  NOW,
  held,
  iso,
  member,
  mirrorSnapshot,
  nightName,
  nights,
  policy,
  relationship,
  seen,
  setOf,
  snapshot,
  unseen,
  viewOf,
  volume,
} from "./support/views.js";

const one = (
  lagMs: number | undefined,
  over: Partial<Relationship>,
  extra: Parameters<typeof member>[1] = {},
): HealthView =>
  viewOf([
    member("epic_prd", extra, {
      ...relationship("epic_prd", lagMs ?? 0),
      ...(lagMs === undefined ? { lagMs: undefined } : {}),
      ...over,
    }),
  ]);

const onSource = (snapshots: ReturnType<typeof nights>, over = {}) =>
  seen({ volume: volume("epic_prd", over), snapshots });
const onMirror = (snapshots: ReturnType<typeof nights>, over = {}) =>
  seen({
    volume: volume("epic_prd_dr", { type: "dp", ...over }),
    snapshots: [...snapshots, mirrorSnapshot(NOW - 5 * MINUTE)],
  });
const without = (list: ReturnType<typeof nights>, ...days: string[]) =>
  list.filter((each) => !days.some((day) => each.name.includes(day)));
const idle = {
  state: "success",
  uuid: undefined,
  bytes: 0,
  endTime: iso(NOW - 10 * MINUTE),
  durationMs: 1_000,
  type: "update",
} as const;
const moving = {
  state: "transferring",
  uuid: "t",
  bytes: 3 * 2 ** 30,
  endTime: undefined,
  durationMs: 12 * MINUTE,
  type: "update",
} as const;
const reason = (code: string, message: string) => ({ code, message });
const pausedBy = (at: number) =>
  seen({ by: { team: "T0RIVERSIDE", user: "U0STORAGE" }, at: iso(at), reason: "storage maintenance" });

/** Labelled: what is wrong, what must be found, and words the sentence must carry. */
const faults: readonly (readonly [
  string,
  HealthView,
  readonly (readonly [FindingKind, Severity, readonly string[]])[],
])[] = [
  ["nothing is wrong", viewOf([member("epic_prd")]), []],
  [
    "the mirror cluster does not answer",
    viewOf([member("epic_prd", { relationship: unseen("no"), onMirror: unseen("no") })], {
      troubles: [{ cluster: "cvo", why: "ONTAP cvo: nothing listens at its address." }],
    }),
    [["unreachable", "bad", ["cvo", "nothing listens", "prod is not known"]]],
  ],
  [
    "the array does not answer",
    viewOf([member("epic_prd", { onSource: unseen("no") })], {
      troubles: [{ cluster: "array", why: "ONTAP array: the login was refused." }],
    }),
    [["unreachable", "bad", ["array", "login was refused", "source side of prod"]]],
  ],
  [
    "no mirror at all",
    viewOf([member("epic_prd", { relationship: seen(undefined) })]),
    [["unprotected", "bad", ["epic_prd_dr", "no mirror of anything"]]],
  ],
  [
    "the mirror's volume is gone",
    viewOf([member("epic_prd", { relationship: seen(undefined), onMirror: seen(undefined) })]),
    [["volumeGone", "bad", ["epic_prd_dr"]]],
  ],
  [
    "the mirror's volume is offline",
    viewOf([member("epic_prd", { onMirror: onMirror(nights(30), { state: "offline" }) })]),
    [
      ["volumeOffline", "bad", ["epic_prd_dr", "offline"]],
      ["noPoint", "bad", ["nothing could be restored"]],
    ],
  ],
  [
    "production is read-only after a failed restore",
    viewOf([member("epic_prd", { onSource: onSource(nights(7), { type: "dp" }) })]),
    [["sourceReadOnly", "bad", ["production cannot write"]]],
  ],
  [
    "the mirror copies another volume",
    one(5 * MINUTE, { source: { path: "svm_prd:old_prd", svm: "svm_prd", volume: "old_prd", cluster: "array" } }),
    [["wrongSource", "bad", ["svm_prd:old_prd"]]],
  ],
  [
    "never initialised",
    one(
      undefined,
      { state: "uninitialized", exportedSnapshot: undefined, transfer: undefined },
      { onMirror: seen({ volume: volume("epic_prd_dr"), snapshots: [] }) },
    ),
    [["uninitialized", "bad", ["never finished its first transfer"]]],
  ],
  [
    "being filled for the first time",
    one(
      undefined,
      { state: "uninitialized", exportedSnapshot: undefined, transfer: { ...moving, type: "initialize" } },
      { onMirror: seen({ volume: volume("epic_prd_dr"), snapshots: [] }) },
    ),
    [["uninitialized", "warning", ["first transfer is running", "3 GiB moved in 12 min"]]],
  ],
  ["broken off", one(3 * HOUR, { state: "broken_off" }), [["brokenOff", "bad", ["failed over", "3 h old"]]]],
  ["out of sync", one(2 * HOUR, { state: "out_of_sync" }), [["outOfSync", "bad", ["out of sync"]]]],
  ["synchronising", one(MINUTE, { state: "synchronizing" }), [["transferring", "warning", ["synchronising"]]]],
  ["a state of a newer release", one(MINUTE, { state: undefined }), [["unknownState", "warning", ["do not know"]]]],
  [
    "unhealthy, for two reasons",
    one(20 * MINUTE, {
      healthy: false,
      unhealthyReasons: [
        reason("6621444", "Failed to reach the peer."),
        reason("6621445", "Source volume is offline."),
      ],
      transfer: { ...idle, state: "failed" },
    }),
    [["unhealthy", "bad", ["Failed to reach the peer (6621444); Source volume is offline (6621445)", "update failed"]]],
  ],
  [
    "paused through Sluice, within the target",
    one(20 * MINUTE, { state: "paused" }, { pause: pausedBy(NOW - 18 * MINUTE) }),
    [["paused", "warning", ["@U0STORAGE", "18 min ago", "storage maintenance", "20 min old", "target is 1 h"]]],
  ],
  [
    "paused past the target",
    one(3 * HOUR, { state: "paused" }, { pause: pausedBy(NOW - 3 * HOUR) }),
    [["paused", "bad", ["3 h old"]]],
  ],
  ["paused by somebody else", one(20 * MINUTE, { state: "paused" }), [["paused", "warning", ["(not by Sluice)"]]]],
  [
    "paused again by somebody else, long after our own pause",
    one(20 * MINUTE, { state: "paused" }, { pause: pausedBy(NOW - 5 * DAY) }),
    [["paused", "warning", ["the last pause Sluice knows of", "updated after that", "may be somebody else's"]]],
  ],
  [
    "paused, and our memory does not answer",
    one(20 * MINUTE, { state: "paused" }, { pause: unseen("Redis is gone.") }),
    [["paused", "warning", ["cannot be looked up now: Redis is gone."]]],
  ],
  [
    "late while an update runs",
    one(2 * HOUR, { transfer: moving }),
    [["late", "bad", ["2 h old", "An update is running (3 GiB moved in 12 min)"]]],
  ],
  [
    "late because its last update was aborted",
    one(2 * HOUR, { transfer: { ...idle, state: "aborted" } }),
    [["late", "bad", ["update was aborted"]]],
  ],
  ["late without a schedule", one(2 * HOUR, { schedule: undefined }), [["late", "bad", ["has no schedule"]]]],
  ["late and nobody knows why", one(2 * HOUR, {}), [["late", "bad", ["although its schedule is epic_15min"]]]],
  [
    "no schedule, still fresh",
    one(10 * MINUTE, { schedule: undefined }),
    [["unscheduled", "warning", ["nothing updates it by itself"]]],
  ],
  [
    "idle: the lag counts, but the source has not changed",
    one(9 * HOUR, { transfer: idle }),
    [["idle", "note", ["lag of 9 h", "not late", "13:49"]]],
  ],
  [
    "not idle: labelled snapshots only, and none was new",
    one(9 * HOUR, { transfer: idle }, { policy: { ...policy, createsSnapshotOnSource: false } }),
    [["late", "bad", ["9 h old", "labelled snapshots only"]]],
  ],
  [
    "not idle: the policy could not be read, so nothing is concluded",
    one(9 * HOUR, { transfer: idle }, { policy: undefined }),
    [["late", "bad", ["moved nothing"]]],
  ],
  [
    "not idle: the empty update was long ago",
    one(9 * HOUR, { transfer: { ...idle, endTime: iso(NOW - 4 * HOUR) } }),
    [["late", "bad", ["9 h old"]]],
  ],
  ["an update runs", one(14 * MINUTE, { transfer: moving }), [["transferring", "note", ["3 GiB moved"]]]],
  [
    "last night is missing on both sides",
    viewOf([
      member("epic_prd", { onSource: onSource(nights(7).slice(0, -1)), onMirror: onMirror(nights(30).slice(0, -1)) }),
    ]),
    [["nightMissing", "bad", ["night of Sun 22 Nov is missing on array and cvo"]]],
  ],
  [
    "two nights are missing on the mirror",
    viewOf([member("epic_prd", { onMirror: onMirror(without(nights(30), "11-18", "11-19")) })]),
    [["nightMissing", "warning", ["nights of Wed 18 Nov and Thu 19 Nov are missing on cvo"]]],
  ],
  [
    "a night was deleted on the source",
    viewOf([member("epic_prd", { onSource: onSource(without(nights(7), "11-20")) })]),
    [["nightMissing", "warning", ["Fri 20 Nov is missing on array"]]],
  ],
  [
    "the source keeps three nights only, which is its right",
    viewOf([member("epic_prd", { onSource: onSource(nights(3)) })]),
    [],
  ],
  [
    "a night never taken, older than all the source keeps",
    viewOf([member("epic_prd", { onSource: onSource(nights(3)), onMirror: onMirror(without(nights(30), "11-17")) })]),
    [["nightMissing", "warning", ["Tue 17 Nov is missing on array and cvo"]]],
  ],
  ["protection began three nights ago", viewOf([member("epic_prd", { onMirror: onMirror(nights(3)) })]), []],
  [
    "no nights anywhere",
    viewOf([member("epic_prd", { onSource: onSource([]), onMirror: onMirror([]) })]),
    [["noNights", "bad", ["nightly.*"]]],
  ],
  [
    "one volume of two lacks a night",
    viewOf([
      member("db"),
      member("jrn", {
        onMirror: seen({
          volume: volume("jrn_dr"),
          snapshots: [...without(nights(30), "11-20"), mirrorSnapshot(NOW - 5 * MINUTE)],
        }),
      }),
    ]),
    [["nightMissing", "warning", ["Fri 20 Nov is missing on cvo (of jrn_dr)"]]],
  ],
  [
    "the newest night was taken without a freeze",
    viewOf([
      member("epic_prd", {
        onMirror: onMirror([
          ...nights(30).slice(0, -1),
          snapshot(nightName(NOW), Date.parse("2026-11-22T02:00:00Z"), "crash-consistent only: freeze failed"),
        ]),
      }),
    ]),
    [["crashNight", "warning", ["crash-consistent only", "freeze failed", "nightly.2026-11-21_0200"]]],
  ],
  [
    "a lease ends tomorrow",
    viewOf([member("epic_prd")], { clones: [held({ until: iso(NOW + DAY) })] }),
    [["leaseEnding", "note", ["training", "epic-trn-01", "24 h", "@U0REQUESTER"]]],
  ],
  [
    "a lease ends in a week: nothing to say",
    viewOf([member("epic_prd")], { clones: [held({ until: iso(NOW + 7 * DAY) })] }),
    [],
  ],
  [
    "a lease has ended and the clone is still there",
    viewOf([member("epic_prd")], { clones: [held({ until: iso(NOW - 2 * HOUR) })] }),
    [["leaseEnded", "warning", ["2 h ago", "still there"]]],
  ],
  [
    "a safety copy ends soon",
    viewOf([member("epic_prd")], {
      clones: [held({ kind: "safety", name: "safety copy of restore r1", until: iso(NOW + 2 * DAY) })],
    }),
    [["safetyEnding", "warning", ["way back"]]],
  ],
  [
    "a safety copy has ended",
    viewOf([member("epic_prd")], {
      clones: [held({ kind: "safety", name: "safety copy of restore r1", until: iso(NOW - DAY) })],
    }),
    [["safetyEnded", "warning", ["nothing removes it by itself"]]],
  ],
  [
    "a pin was left behind",
    viewOf([member("epic_prd")], { clones: [held({ kind: "pin", name: "pinned for restore r1" }, NOW - 3 * DAY)] }),
    [["pinLeft", "warning", ["rabcdefghi", "3 days"]]],
  ],
  [
    "a pin of a restore that runs",
    viewOf([member("epic_prd")], { clones: [held({ kind: "pin", name: "pinned for restore r1" }, NOW - HOUR)] }),
    [],
  ],
  [
    "a clone whose run never ended",
    viewOf([member("epic_prd")], { clones: [held({}, NOW - 3 * DAY)] }),
    [["cloneUnfinished", "warning", ["has no lease"]]],
  ],
];

describe("every fault is found, and called what it is", () => {
  test.each(faults)("%s", (_name, view, expected) => {
    const found = judgeHealth(view, NOW);
    expect(found.map(({ kind, severity }) => [kind, severity])).toEqual(
      expected.map(([kind, severity]) => [kind, severity]),
    );
    found.forEach((each, i) => expected[i]?.[2].forEach((words) => expect(shownText(each.says)).toContain(words)));
  });

  test("there are labelled faults of at least twelve kinds", () => {
    expect(new Set(faults.flatMap(([, , expected]) => expected.map(([kind]) => kind))).size).toBeGreaterThanOrEqual(12);
  });

  test("a night is not missing before its grace is over, and is from then on", () => {
    const view = viewOf([
      member("epic_prd", { onSource: onSource(nights(7).slice(0, -1)), onMirror: onMirror(nights(30).slice(0, -1)) }),
    ]);
    const kinds = (at: string) => judgeHealth(view, Date.parse(at)).map(({ kind }) => kind);
    expect(kinds("2026-11-22T02:59:59Z")).not.toContain("nightMissing");
    expect(kinds("2026-11-22T03:00:00Z")).toContain("nightMissing");
  });

  test("nights are expected in the zone their schedule is written in, over a change of the clocks", () => {
    const zone = "America/New_York";
    const set = setOf("prod", ["epic_prd"], {
      nightly: { pattern: "nightly.*", label: "daily", cron: "0 2 * * *", timeZone: zone, graceMinutes: 60 },
    });
    // 02:00 in New York is 06:00 UTC until the clocks go back on 1 November, 07:00 UTC from then on; at 02:00 that day it happens once.
    const times = ["10-28T06", "10-29T06", "10-30T06", "10-31T06", "11-01T07", "11-02T07", "11-03T07"].map((at) =>
      Date.parse(`2026-${at}:00:00Z`),
    );
    const taken = times.map((at) => snapshot(nightName(at), at));
    const now = Date.parse("2026-11-03T15:00:00Z");
    const view = (list: typeof taken) =>
      viewOf([member("epic_prd", { onSource: onSource(list), onMirror: onMirror(list) })], {}, set);
    const missing = (list: typeof taken) =>
      judgeHealth(view(list), now)
        .filter(({ kind }) => kind === "nightMissing")
        .map(({ says }) => shownText(says));
    expect(missing(taken)).toEqual([]);
    expect(missing(taken.filter((_, i) => i !== 4))).toEqual([
      "prod: the night of Sun 1 Nov is missing on array and cvo.",
    ]);
  });

  test("worst first: what is not seen, then what is broken, then what is late, the later one before", () => {
    const view: HealthView = {
      peerings: [],
      keyVaults: [],
      troubles: [{ cluster: "cvo", why: "ONTAP cvo: no." }],
      clones: [held({ until: iso(NOW + DAY) })],
      sets: [
        { set: setOf("a", ["a"]), members: [member("a", {}, relationship("a", 2 * HOUR))] },
        { set: setOf("b", ["b"]), members: [member("b", {}, relationship("b", 5 * HOUR))] },
        { set: setOf("c", ["c"]), members: [member("c", {}, relationship("c", MINUTE, { state: "broken_off" }))] },
        { set: setOf("d", ["d"]), members: [member("d", {}, relationship("d", MINUTE, { state: "paused" }))] },
      ],
    };
    expect(judgeHealth(view, NOW).map(({ kind, set }) => `${kind} ${set ?? ""}`)).toEqual([
      "unreachable ",
      "brokenOff c",
      "late b",
      "late a",
      "paused d",
      "leaseEnding prod",
    ]);
  });
});

describe("what could be restored", () => {
  const recovery = (view: HealthView) => recoveryOf(view.sets[0]!, NOW);

  test("the newest is what the mirror shows; the newest application-consistent one is named beside it", () => {
    expect(recovery(viewOf([member("epic_prd")]))).toMatchObject({
      newest: { name: undefined, taken: iso(NOW - 5 * MINUTE), consistency: "crash-consistent" },
      applicationConsistent: { name: "nightly.2026-11-22_0200" },
      ageMs: 5 * MINUTE,
      overdue: false,
      idle: false,
    });
  });

  test("of several volumes, it is as old as the oldest mirror", () => {
    const view = viewOf([
      member("db", {}, relationship("db", 5 * MINUTE)),
      member("jrn", {}, relationship("jrn", 90 * MINUTE)),
    ]);
    expect(recovery(view)).toMatchObject({ ageMs: 90 * MINUTE, overdue: true });
  });

  test("a night counts only where every volume holds it", () => {
    const jrn = member("jrn", { onMirror: seen({ volume: volume("jrn_dr"), snapshots: nights(30).slice(0, -1) }) });
    expect(recovery(viewOf([member("db"), jrn])).applicationConsistent?.name).toBe("nightly.2026-11-21_0200");
  });

  test("broken off, its live data is no point: the nights are", () => {
    expect(recovery(one(MINUTE, { state: "broken_off" })).newest?.name).toBe("nightly.2026-11-22_0200");
  });

  test("an idle mirror's point keeps its time and counts its age from when nothing new was found", () => {
    expect(recovery(one(9 * HOUR, { transfer: idle }))).toMatchObject({
      newest: { taken: iso(NOW - 9 * HOUR) },
      ageMs: 10 * MINUTE + 1_000,
      idle: true,
      overdue: false,
    });
  });

  test("what could not be looked at is not known, and neither well nor past its target", () => {
    const view = viewOf([member("epic_prd", { onMirror: unseen("no") })]);
    expect(recovery(view)).toMatchObject({ known: false, newest: undefined, ageMs: undefined, overdue: false });
  });
});
