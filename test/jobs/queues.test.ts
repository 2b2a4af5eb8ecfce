import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import pino from "pino";
import type { Renderer } from "../../src/core/announcer.js";
import { isoNow, systemClock } from "../../src/core/clock.js";
import type { Demand, RunEvent } from "../../src/core/events.js";
import { fold, type RunView } from "../../src/core/fold.js";
import { runIdFor, type RunId } from "../../src/core/ids.js";
import type { Engine, Timings } from "../../src/jobs/engine.js";
import { Queues, queueAnnouncer, worker, type Announcement, type Asked, type Wake } from "../../src/jobs/queues.js";
import { plainText } from "../../src/core/said.js";
import { RedisStore } from "../../src/jobs/store/redis.js";
import { startRenderer, startWorkers, type Running, type WorkerOptions } from "../../src/jobs/workers.js";
import { nobody, silent, TestEngine } from "../support/engine.js";
import { useRedis } from "../support/redis.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";
import { until } from "../support/until.js";

const server = useRedis();
let redis: Redis;
let made = 0;
beforeAll(() => {
  redis = server.connect();
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function freshQueues(): Queues {
  made += 1;
  const queues = new Queues(redis, `${server.prefix}q${made}`);
  closing.push(() => queues.close());
  return queues;
}
/** A worker that only writes down what it was given, until it is told what else to do. */
function listen<T>(
  queues: Queues,
  name: Parameters<typeof worker>[1],
  act: (data: T, id: string) => Promise<void> = async () => undefined,
): T[] {
  const heard: T[] = [];
  const listening = worker<T>(
    queues,
    name,
    2,
    async (data, job) => {
      heard.push(data);
      await act(data, job.id ?? "");
    },
    () => undefined,
  );
  closing.push(() => listening.close());
  return heard;
}
const idle = async (queues: Queues): Promise<boolean> =>
  Object.values(await queues.counts()).every((count) => count === 0);
const run = runIdFor("queue");

describe("the queues", () => {
  test("a wake-up is never lost to another one of the same run, waiting or under way", async () => {
    const queues = freshQueues();
    let go: () => void = () => undefined;
    const gate = new Promise<void>((open) => (go = open));
    await queues.wake("execute", run);
    await queues.wake("execute", run);
    const heard = listen<Wake>(queues, "execute", () => gate);
    await until(async () => heard.length === 2);
    await queues.wake("execute", run);
    go();
    await until(async () => heard.length === 3);
    expect(heard).toEqual(Array(3).fill({ run, busy: 0 }));
    await until(() => idle(queues));
  });

  test("plan and execute are two queues", async () => {
    const queues = freshQueues();
    await queues.wake("plan", run);
    expect(await queues.counts()).toMatchObject({ plan: 1, execute: 0 });
  });

  test("the end of a card's life is set once however often it is asked for, and anew when the run has gone on", async () => {
    const queues = freshQueues();
    for (const length of [2, 2, 2, 5, 5]) await queues.wakeLater(run, length, 60_000);
    expect((await queues.counts())["execute"]).toBe(2);
    await queues.wakeLater(run, 6, -1);
    const heard = listen<Wake>(queues, "execute");
    await until(async () => heard.length === 1);
    expect(heard).toEqual([{ run, busy: 0 }]);
  });

  test("a question is asked once per event", async () => {
    const queues = freshQueues();
    const asked = {
      question: { name: "status", request: {} },
      to: { channel: "C", user: "U", ephemeral: false },
    } as unknown as Asked;
    await queues.ask(asked, "Ev1");
    await queues.ask(asked, "Ev1");
    await queues.ask(asked, "Ev2");
    const heard = listen<Asked>(queues, "questions");
    await until(() => idle(queues));
    await until(async () => heard.length >= 2);
    expect(heard).toEqual([asked, asked]);
  });

  test("a job that throws is told to the log, forgotten, and blocks nobody", async () => {
    const queues = freshQueues();
    const errors: unknown[] = [];
    const heard: Wake[] = [];
    const failing = worker<Wake>(
      queues,
      "execute",
      1,
      async (wake) => {
        heard.push(wake);
        if (wake.busy === 0) throw new Error("a mistake of ours");
      },
      (error) => errors.push(error),
    );
    closing.push(() => failing.close());
    await queues.wake("execute", run, 0, 0);
    await queues.wake("execute", run, 0, 1);
    await until(async () => heard.length === 2 && errors.length > 0);
    await until(() => idle(queues));
    expect(errors).toEqual([expect.objectContaining({ message: "a mistake of ours" })]);
    await until(async () => (await redis.keys(`${queues.prefix}:execute:${run}-*`)).length === 0);
  });

  test("what is announced comes to the renderer, again under the same id when it could not be told", async () => {
    const queues = freshQueues();
    const told: (string | undefined)[] = [];
    const ids: (string | undefined)[] = [];
    const renderer: Renderer = {
      ...silent,
      run: async (of) => void told.push(of),
      remind: async (_person, text, _choices, _thread, id) => {
        ids.push(id);
        if (ids.length === 1) throw new Error("Slack is away");
        told.push(plainText(text));
      },
    };
    const rendering = startRenderer(queues, renderer, 1, () => undefined);
    closing.push(() => rendering.close());
    const announcer = queueAnnouncer(queues, () => undefined);
    await announcer.remind({ team: "T", user: "U" }, "your lease ends", [{ label: "Extend", say: "extend" }]);
    await announcer.run(run, 3);
    await until(async () => told.length === 2);
    expect([...told].sort()).toEqual([run, "your lease ends"].sort());
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBeDefined();
    expect(ids[1]).toBe(ids[0]);
  });

  test("an announcement that cannot even be queued stops nobody", async () => {
    const away = { announce: () => Promise.reject(new Error("Redis is away")) } as unknown as Queues;
    const errors: unknown[] = [];
    await queueAnnouncer(away, (error) => errors.push(error)).run(run, 1);
    expect(errors).toHaveLength(1);
  });
});

const quick: Timings = { voteMs: 60_000, grantMs: 60_000, leaseMs: 5_000, stepMs: 1_000, settleMs: 200, callMs: 500 };
const someone: Demand = {
  places: [{ group: "S1", label: "storage", count: 1, forSteps: ["1-put"], why: "so" }],
  nobody: false,
};

/** The engine as app.ts puts it together, with a shelf at its far end. */
class Plant {
  readonly shelf = new Shelf();
  readonly queues = freshQueues();
  readonly store: RedisStore;
  readonly engine: Engine;
  private asked = 0;

  constructor(more: { timings?: Partial<Timings>; demand?: Demand } = {}) {
    this.store = new RedisStore(redis, `${this.queues.prefix}:store:`);
    this.engine = {
      ...new TestEngine({ runbooks: [shelfRunbook(this.shelf)] }).engine,
      store: this.store,
      clock: systemClock,
      log: pino({ level: process.env["TEST_LOG"] ?? "silent" }),
      timings: { ...quick, ...more.timings },
      demand: () => more.demand ?? nobody,
      wake: (of, delayMs) => this.queues.wake("execute", of, delayMs),
    };
  }
  work(more: Partial<WorkerOptions> = {}, engine = this.engine): Running {
    const running = startWorkers(engine, this.queues, {
      concurrency: 4,
      sweepMs: 600_000,
      answer: async () => undefined,
      rounds: async () => undefined,
      ...more,
    });
    closing.push(() => running.stop());
    return running;
  }
  /** As the desk does it: written down, then woken; `wake: false` is a desk that died in between. */
  async ask(request: { box: string; burn?: string }, wake = true): Promise<RunId> {
    this.asked += 1;
    const id = runIdFor(this.queues.prefix, String(this.asked));
    const event: RunEvent = {
      type: "asked",
      from: { team: "T", channel: "C", ts: "1.1", eventId: `E${this.asked}` },
      text: "tidy",
      runbook: "tidy",
      request,
      timeZone: "UTC",
    };
    await this.store.append(id, 0, [{ at: isoNow(systemClock), by: { team: "T", user: "U" }, event }]);
    if (wake) await this.queues.wake("plan", id);
    return id;
  }
  async view(id: RunId): Promise<RunView> {
    return fold(id, await this.store.read(id));
  }
  async closed(id: RunId): Promise<RunView> {
    await until(async () => (await this.view(id)).status === "closed");
    return this.view(id);
  }
}

describe("a question that cannot be answered", () => {
  const asked: Asked = {
    question: { name: "status", request: {}, asker: { team: "T", user: "U" }, timeZone: "UTC" },
    to: { channel: "C", thread: "1.1", user: "U", ephemeral: false },
  };
  const sorry = /could not answer "status".*Nothing was changed.*try again/;

  test("because looking for it threw: the person is told in the thread, the log has the error", async () => {
    const plant = new Plant();
    const lines: string[] = [];
    const log = pino({ level: "error" }, { write: (line: string) => void lines.push(line) });
    plant.work(
      { answer: () => Promise.reject(new Error("a mistake of ours")) },
      { ...plant.engine, log, announcer: queueAnnouncer(plant.queues, () => undefined) },
    );
    const heard = listen<Announcement>(plant.queues, "announce");
    await plant.queues.ask(asked, "Ev1");
    await until(async () => heard.length > 0);
    expect(heard).toMatchObject([{ kind: "answer", to: asked.to, answer: { summary: expect.stringMatching(sorry) } }]);
    expect(lines.join("")).toContain("a mistake of ours");
  });

  test("because it could not be drawn, however often it was tried: the same", async () => {
    const queues = freshQueues();
    const told: unknown[] = [];
    const errors: unknown[] = [];
    const renderer: Renderer = {
      ...silent,
      answer: async (to, _question, answer, id) => {
        if (answer.summary === "unspeakable") throw new Error("invalid_blocks");
        told.push({ to, summary: answer.summary, id });
      },
    };
    const rendering = startRenderer(queues, renderer, 1, (error) => errors.push(error));
    closing.push(() => rendering.close());
    const made = { kind: "answer", to: asked.to, question: asked.question } as const;
    await queues.announce({ ...made, answer: { summary: "unspeakable", parts: [] } }, { attempts: 1 });
    await until(async () => told.length > 0);
    expect(told).toEqual([{ to: asked.to, summary: expect.stringMatching(sorry), id: expect.any(String) }]);
    expect(errors).toEqual([expect.objectContaining({ message: "invalid_blocks" })]);
  });
});

describe("workers on Redis", () => {
  test("a run goes from asked to done, and leaves no lock, no lease, no job", async () => {
    const plant = new Plant();
    plant.shelf.boxes.set("old", { tag: "somebody", paint: "" });
    plant.work();
    const view = await plant.closed(await plant.ask({ box: "a", burn: "old" }));
    expect(view.outcome).toBe("succeeded");
    expect(plant.shelf.burnt).toEqual(["old"]);
    await until(() => idle(plant.queues));
    await until(async () => !(await plant.store.leased(view.id)));
    expect(await plant.store.locks()).toEqual([]);
  });

  test("nobody votes: the card expires by its delayed job, without the sweeper", async () => {
    const plant = new Plant({ demand: someone, timings: { voteMs: 300 } });
    plant.work();
    const view = await plant.closed(await plant.ask({ box: "a" }));
    expect(view.outcome).toBe("expired");
    expect(plant.shelf.puts).toBe(0);
  });

  test("a grant that waits for a lock too long asks again by its delayed job, and its card expires", async () => {
    const plant = new Plant({ demand: someone, timings: { grantMs: 200, voteMs: 400 } });
    const holder = await plant.ask({ box: "z" }, false);
    await plant.store.lock(holder, [{ resource: "shelf/a", as: "changes" }], 1);
    plant.work({}, { ...plant.engine });
    const id = await plant.ask({ box: "a" });
    await until(async () => (await plant.view(id)).status === "deciding");
    const { length, planned } = await plant.view(id);
    await plant.store.append(id, length, [
      { at: isoNow(systemClock), by: "sluice", event: { type: "settled", outcome: "granted", hash: planned!.hash } },
    ]);
    await plant.queues.wake("execute", id);
    expect((await plant.closed(id)).outcome).toBe("expired");
    const types = (await plant.store.read(id)).map((each) => each.event.type);
    expect(types.filter((each) => each === "planned")).toHaveLength(2);
    expect(plant.shelf.puts).toBe(0);
  });

  test("what the queue forgot the sweeper finds: a desk that died before waking, a job that threw", async () => {
    const plant = new Plant();
    let failures = 2;
    const registry: Engine["registry"] = {
      names: () => plant.engine.registry.names(),
      find: (name, version) => {
        if (failures-- > 0) throw new Error("a mistake of ours");
        return plant.engine.registry.find(name, version);
      },
    };
    const unwoken = await plant.ask({ box: "a" }, false);
    const thrown = await plant.ask({ box: "b" });
    plant.work({ sweepMs: 50 }, { ...plant.engine, registry });
    expect((await plant.closed(unwoken)).outcome).toBe("succeeded");
    expect((await plant.closed(thrown)).outcome).toBe("succeeded");
    expect(failures).toBeLessThan(0);
    expect(plant.shelf.puts).toBe(2);
  });

  test("a wake-up that finds the run in other hands comes back for it", async () => {
    const plant = new Plant();
    const id = await plant.ask({ box: "a" });
    const lease = (await plant.store.takeLease(id, 60_000))!;
    plant.work();
    // the busy worker puts the run before a worker again, later
    await until(async () => Number((await plant.queues.counts())["execute"]) > 0);
    expect((await plant.view(id)).status).toBe("planning");
    await plant.store.dropLease(lease);
    expect((await plant.closed(id)).outcome).toBe("succeeded");
  });

  test("a worker that dies with its lease is followed by another when the lease is over", async () => {
    const plant = new Plant();
    const id = await plant.ask({ box: "a" });
    await plant.store.takeLease(id, 300);
    plant.work();
    expect((await plant.closed(id)).outcome).toBe("succeeded");
  });

  test("two sets of workers, and every run woken many times: each step once", async () => {
    const plant = new Plant();
    const boxes = Array.from({ length: 10 }, (_, i) => `box${i}`);
    for (const box of boxes) plant.shelf.boxes.set(`old-${box}`, { tag: "somebody", paint: "" });
    plant.work({ sweepMs: 20 });
    plant.work({ sweepMs: 20 });
    const ids = await Promise.all(boxes.map((box) => plant.ask({ box, burn: `old-${box}` })));
    await Promise.all(ids.flatMap((id) => [plant.queues.wake("execute", id), plant.queues.wake("plan", id)]));
    for (const id of ids) expect((await plant.closed(id)).outcome).toBe("succeeded");
    expect(plant.shelf.puts).toBe(boxes.length);
    expect([...plant.shelf.burnt].sort()).toEqual(boxes.map((box) => `old-${box}`).sort());
    for (const id of ids) {
      const began = (await plant.store.read(id)).filter((each) => each.event.type === "began");
      expect(began).toHaveLength(4);
    }
  });

  test("runs that want the same thing go one after the other", async () => {
    const plant = new Plant();
    plant.work({ sweepMs: 50 });
    const first = await plant.ask({ box: "a" });
    const second = await plant.ask({ box: "a" });
    const views = await Promise.all([plant.closed(first), plant.closed(second)]);
    // one put the box there; to the other it is somebody else's
    expect(views.map((each) => each.outcome).sort()).toEqual(["succeeded", "undone"]);
    expect(plant.shelf.puts).toBe(1);
  });

  test("stopped: nothing is under way, the watcher's place is free, and every connection is given back", async () => {
    const plant = new Plant();
    const connections = async (): Promise<number> =>
      String(await redis.client("LIST"))
        .trim()
        .split("\n").length;
    await plant.queues.counts();
    const before = await connections();
    const running = plant.work();
    await plant.closed(await plant.ask({ box: "a" }));
    await until(() => plant.store.leased("watcher" as RunId));
    await running.stop();
    expect(await plant.store.leased("watcher" as RunId)).toBe(false);
    await until(async () => (await connections()) === before);
    const id = await plant.ask({ box: "b" });
    expect((await plant.view(id)).status).toBe("planning");
    expect((await plant.queues.counts())["plan"]).toBe(1);
  });
});
