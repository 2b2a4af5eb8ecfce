import { buildApp, createLog, type App } from "../../src/app.js";
import { systemClock } from "../../src/core/clock.js";
import type { RunView } from "../../src/core/fold.js";
import { residentBytes, serve } from "../child.js";
import { settingsFor, type Reach } from "../settings.js";

/** The whole product in one process, as `sluice start` builds it. */
let app: App | undefined;
const running = (): App => {
  if (!app) throw new Error("start comes first");
  return app;
};

interface Start {
  readonly reach: Reach;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly roles: { readonly bot: boolean; readonly worker: boolean };
}

serve(
  {
    start: async ({ reach, redisUrl, prefix, roles }: Start) => {
      const { config, secrets } = await settingsFor(reach, prefix);
      const log = createLog(process.env["LOG_LEVEL"] ?? "error", secrets.values());
      app = buildApp({ config, secrets, redisUrl, clock: systemClock, log, roles });
      await app.start();
    },
    /** Waits until the newest run asked after `since` has ended; answers when each of its events was written. */
    finished: async ({ since }: { since: number }) => {
      const view = await until(async () => (await running().desk.recent(1)).find((each) => endedAfter(each, since)));
      const entries = await running().engine.store.read(view.id);
      return entries.map(({ at, event }) => ({
        at: Date.parse(at),
        type: event.type,
        step: "step" in event ? event.step : "",
      }));
    },
    /** Leaves that many plans waiting for somebody's yes, each by another person, with their cards counted as drawn. */
    seed: async ({ count }: { count: number }) => {
      const { desk } = running();
      for (let i = 0; i < count; i += 1) await askOne(i);
      const waiting = await until(async () => {
        const views = await desk.open();
        return views.length >= count && views.every((view) => view.status === "deciding") ? views : undefined;
      });
      for (const view of waiting) {
        const ts = `1700000000.${String(waiting.indexOf(view)).padStart(6, "0")}`;
        await desk.keepCard(view.id, { channel: "C0STORAGE", ts, thread: ts, drawn: view.length + 1, told: [] });
      }
      return waiting.length;
    },
    resident: async () => residentBytes(),
  },
  async () => app?.stop(),
);

const endedAfter = (view: RunView, since: number): boolean =>
  view.outcome !== undefined && Date.parse(view.asked.at) >= since;

async function askOne(i: number): Promise<void> {
  const person = { team: "T0RIVERSIDE", user: `U0SEED${i}` };
  const asked = await running().desk.ask({
    from: {
      team: person.team,
      channel: "C0STORAGE",
      ts: `1700000000.${String(i).padStart(6, "0")}`,
      eventId: `seed-${i}`,
    },
    visitor: { person, groups: [], guest: false, bot: false, stranger: false, deleted: false, sharedChannel: false },
    text: "update the mirror of prod",
    runbook: "update-mirror",
    request: { set: "prod" },
    timeZone: "UTC",
  });
  if ("refused" in asked) throw new Error(asked.refused);
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await systemClock.sleep(100);
  }
}
