import { expect, test } from "@jest/globals";
import { Queue } from "bullmq";
import { Queues, worker } from "../../src/jobs/queues.js";
import { scheduleRounds } from "../../src/jobs/rounds.js";
import { useRedis } from "../support/redis.js";

const redis = useRedis();

test("the rounds come from the queue under their names, and scheduling again changes the rhythm instead of adding one", async () => {
  const prefix = redis.prefix.replace(/:$/, "");
  const queues = new Queues(redis.connect(), prefix);
  const clock = new Queue("clock", { connection: redis.connect(), prefix });
  const digest = { cron: "0 7 * * *", timeZone: "America/New_York", channel: "C0HEALTH" };
  await scheduleRounds(queues, { digest });
  await scheduleRounds(queues, { digest: { ...digest, cron: "30 6 * * 1-5" } });
  const schedulers = await clock.getJobSchedulers();
  expect(
    schedulers.map(({ key, pattern, tz, every }) => ({ key, pattern, tz, every: every && Number(every) })),
  ).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ key: "digest", pattern: "30 6 * * 1-5", tz: "America/New_York" }),
      expect.objectContaining({ key: "leases", every: 300_000 }),
      expect.objectContaining({ key: "fencing", every: 60_000 }),
      expect.objectContaining({ key: "keyVaults", every: 300_000 }),
    ]),
  );
  expect(schedulers).toHaveLength(4);
  const first = await new Promise<string>((seen, failed) => {
    const made = worker<unknown>(queues, "clock", 1, async (_data, job) => seen(job.name), failed);
    closing.push(() => made.close());
  });
  expect(["leases", "fencing", "keyVaults"]).toContain(first);
  await Promise.all(closing.map((close) => close()));
  await clock.close();
  await queues.close();
});

const closing: (() => Promise<void>)[] = [];
