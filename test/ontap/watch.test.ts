import { describe, expect, test } from "@jest/globals";
import { InDoubt, NotSent, type Problem, Rejected } from "../../src/core/problems.js";
import type { OntapJob, Relationship } from "../../src/ontap/index.js";
import { ClusterWatcher, type WatchSource } from "../../src/ontap/watch.js";
import { patiently } from "../../src/ontap/wire/patience.js";
import { JumpClock } from "../support/clock.js";

const job = (uuid: string, state: "running" | "success"): OntapJob => ({
  uuid,
  state,
  description: "",
  startTime: undefined,
  endTime: undefined,
});
const failed = (uuid: string, problem: Problem): OntapJob => ({
  ...job(uuid, "running"),
  state: "failure",
  code: problem.code,
  message: problem.message,
  problem,
});
const mirror = (uuid: string, state: "queued" | "transferring" | "success") =>
  ({ uuid, transfer: { state } }) as unknown as Relationship;

/** A cluster that counts the questions it is asked. */
class Asked implements WatchSource {
  readonly cluster = "cvo";
  readonly jobQueries: (readonly string[])[] = [];
  readonly mirrorQueries: (readonly string[])[] = [];
  answerJobs: (uuids: readonly string[], nth: number) => readonly OntapJob[] = () => [];
  answerMirrors: (uuids: readonly string[], nth: number) => readonly Relationship[] = () => [];
  async jobs(uuids: readonly string[]): Promise<readonly OntapJob[]> {
    this.jobQueries.push(uuids);
    return this.answerJobs(uuids, this.jobQueries.length);
  }
  async relationships(uuids: readonly string[]): Promise<readonly Relationship[]> {
    this.mirrorQueries.push(uuids);
    return this.answerMirrors(uuids, this.mirrorQueries.length);
  }
}

const idle = (seen: Relationship): boolean => seen.transfer?.state === "success";
const watching = () => {
  const source = new Asked();
  const clock = new JumpClock();
  return { source, clock, watcher: new ClusterWatcher(source, clock) };
};
const HOUR = 3_600_000;

describe("following", () => {
  test("a thousand jobs and a thousand mirrors: one query of each kind a tick", async () => {
    const { source, watcher } = watching();
    source.answerJobs = (uuids, nth) => uuids.map((uuid) => job(uuid, nth < 4 ? "running" : "success"));
    source.answerMirrors = (uuids, nth) => uuids.map((uuid) => mirror(uuid, nth < 3 ? "transferring" : "success"));
    const names = Array.from({ length: 1000 }, (_, i) => `u${i}`);
    const [jobs, mirrors] = await Promise.all([
      Promise.all(names.map((uuid) => watcher.followJob(uuid, { timeoutMs: HOUR }))),
      Promise.all(names.map((uuid) => watcher.followRelationship(uuid, idle, { timeoutMs: HOUR }))),
    ]);
    expect(new Set(jobs.map((each) => each?.state))).toEqual(new Set(["success"]));
    expect(mirrors.every((each) => each?.transfer?.state === "success")).toBe(true);
    expect(source.jobQueries.map((each) => each.length)).toEqual([1000, 1000, 1000, 1000]);
    expect(source.mirrorQueries.map((each) => each.length)).toEqual([1000, 1000, 1000]);
  });

  test("looks less and less often, and not at all once nobody waits", async () => {
    const { source, clock, watcher } = watching();
    const at: number[] = [];
    source.answerMirrors = (uuids) => (at.push(clock.now()), uuids.map((uuid) => mirror(uuid, "transferring")));
    await watcher.followRelationship("r", idle, { timeoutMs: 120_000 });
    const pauses = at.slice(1).map((each, i) => each - at[i]!);
    expect(pauses[0]).toBe(1_000);
    expect(Math.max(...pauses)).toBe(10_000);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    const asked = source.mirrorQueries.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.mirrorQueries).toHaveLength(asked);
  });

  test("one who comes later is looked at at once, not when the others are due", async () => {
    const { source, clock, watcher } = watching();
    source.answerMirrors = (uuids, nth) =>
      uuids.map((uuid) => mirror(uuid, uuid === "late" || nth > 20 ? "success" : "queued"));
    const first = watcher.followRelationship("early", idle, { timeoutMs: HOUR });
    await new Promise((resolve) => setImmediate(resolve));
    const came = clock.now();
    await watcher.followRelationship("late", idle, { timeoutMs: HOUR });
    expect(clock.now() - came).toBeLessThan(10_000);
    expect((await first)?.uuid).toBe("early");
  });

  test("gone is an end, as is the time; a far end that does not answer is neither", async () => {
    const { source, watcher } = watching();
    source.answerJobs = (uuids, nth) => {
      if (nth <= 3) throw new NotSent("no answer", { retryable: true });
      return uuids.filter((uuid) => uuid !== "gone").map((uuid) => job(uuid, "running"));
    };
    const both = ["gone", "slow"].map((uuid) => watcher.followJob(uuid, { timeoutMs: 60_000 }));
    expect((await Promise.all(both)).map((each) => each?.state)).toEqual([undefined, "running"]);
    source.answerJobs = () => {
      throw new Rejected("may not", { code: "6" });
    };
    await expect(watcher.followJob("j", { timeoutMs: 60_000 })).rejects.toMatchObject({ code: "6" });
  });

  test("ends when it is told to stop, without taking others with it", async () => {
    const { source, watcher } = watching();
    source.answerJobs = (uuids, nth) => uuids.map((uuid) => job(uuid, nth < 5 ? "running" : "success"));
    const stop = new AbortController();
    const one = watcher.followJob("a", { timeoutMs: HOUR, signal: stop.signal });
    const other = watcher.followJob("b", { timeoutMs: HOUR });
    stop.abort(new Error("enough"));
    await expect(one).rejects.toThrow("enough");
    expect((await other)?.state).toBe("success");
    expect(source.jobQueries.at(-1)).toEqual(["b"]);
  });
});

describe("a write's end", () => {
  const accepted = { jobUuid: "j", done: false, records: [] };

  test("its job's uuid is kept before anything is waited for, and is enough after a restart", async () => {
    const { source, clock, watcher } = watching();
    const kept: string[] = [];
    const keep = async (uuid: string): Promise<void> => {
      expect(source.jobQueries).toEqual([]);
      kept.push(uuid);
      throw new Error("the process ends here");
    };
    await expect(watcher.settle(accepted, { keep })).rejects.toThrow("ends here");
    expect(source.jobQueries).toEqual([]);
    source.answerJobs = (uuids) => uuids.map((uuid) => job(uuid, "success"));
    const again = new ClusterWatcher(source, clock);
    await again.settle({ jobUuid: kept[0]!, done: false, records: [] });
    expect(source.jobQueries).toEqual([["j"]]);
  });

  test("a failed job is its problem; one that was over within the call needs no look", async () => {
    const { source, watcher } = watching();
    source.answerJobs = (uuids) => uuids.map((uuid) => failed(uuid, new Rejected("locked", { code: "1638555" })));
    await expect(watcher.settle(accepted)).rejects.toMatchObject({ kind: "rejected", code: "1638555" });
    await watcher.settle({ ...accepted, done: true });
    expect(source.jobQueries).toHaveLength(1);
  });

  test("a job that has vanished means: read the object; and what that does not show is a doubt, never a failure", async () => {
    const { watcher } = watching();
    await watcher.settle(accepted, { look: async () => true });
    await expect(watcher.settle(accepted, { look: async () => false })).rejects.toMatchObject({
      kind: "inDoubt",
      code: "vanished",
    });
    await expect(watcher.settle(accepted)).rejects.toBeInstanceOf(InDoubt);
    await expect(watcher.settle({ done: false, records: [] })).rejects.toMatchObject({
      kind: "inDoubt",
      code: "vanished",
    });
  });

  test("a job that may not be seen is no failure of the write: the object is looked at until it shows", async () => {
    const { source, clock, watcher } = watching();
    source.answerJobs = () => {
      throw new Rejected("may not", { code: "6" });
    };
    const began = clock.now();
    let looks = 0;
    await watcher.settle(accepted, { look: async () => ++looks === 4 });
    expect([looks, source.jobQueries.length]).toEqual([4, 1]);
    expect(clock.now() - began).toBe(1_000 + 1_400 + 1_960);
    const never = watcher.settle(accepted, { look: async () => false, timeoutMs: 20_000 });
    await expect(never).rejects.toMatchObject({ kind: "inDoubt", code: "unseen" });
    await expect(watcher.settle(accepted)).rejects.toMatchObject({ kind: "inDoubt", code: "unseen" });
  });

  test("a job that cannot be followed is a doubt of the write, whatever the look itself came to", async () => {
    const { source, watcher } = watching();
    for (const problem of [
      new NotSent("unreachable", { retryable: true }),
      new Rejected("the login was refused", { code: "http 401" }),
    ]) {
      source.answerJobs = () => {
        throw problem;
      };
      const settling = watcher.settle(accepted, { look: async () => false, timeoutMs: 20_000 });
      await expect(settling).rejects.toMatchObject({ kind: "inDoubt", code: "unfollowed" });
    }
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(watcher.settle(accepted, { signal: stop.signal })).rejects.toThrow("enough");
  });

  test("one that outlasts the time is a doubt", async () => {
    const { source, watcher } = watching();
    source.answerJobs = (uuids) => uuids.map((uuid) => job(uuid, "running"));
    await expect(watcher.settle(accepted, { timeoutMs: 20_000 })).rejects.toMatchObject({
      kind: "inDoubt",
      code: "running",
    });
  });
});

describe("patience", () => {
  const after = (...problems: Problem[]) => {
    let calls = 0;
    const act = async (): Promise<number> => {
      const problem = problems[calls++];
      if (problem) throw problem;
      return calls;
    };
    return { act, calls: () => calls };
  };

  test("repeats what did nothing and may help later, as long as told", async () => {
    const clock = new JumpClock();
    const began = clock.now();
    const busy = new Rejected("busy", { retryable: true, retryAfterMs: 7_000 });
    const { act } = after(busy, new NotSent("refused", { retryable: true }));
    expect(await patiently(clock, 60_000, act)).toBe(3);
    expect(clock.now() - began).toBe(7_000 + 1_000);
  });

  test("repeats no doubt, no plain no, and nothing beyond its time", async () => {
    const clock = new JumpClock();
    const problems = [
      new InDoubt("lost"),
      new Rejected("no"),
      new Rejected("later", { retryable: true, retryAfterMs: 90_000 }),
    ];
    for (const problem of problems) {
      const { act, calls } = after(problem);
      await expect(patiently(clock, 60_000, act)).rejects.toBe(problem);
      expect(calls()).toBe(1);
    }
  });
});
