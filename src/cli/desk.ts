import { userInfo } from "node:os";
import { pino } from "pino";
import { showPlaces, standing } from "../approvals/index.js";
import { buildApp, type App } from "../app.js";
import { systemClock } from "../core/clock.js";
import { isRunId } from "../core/ids.js";
import type { RunView } from "../core/fold.js";
import type { Config } from "../config/types.js";
import type { Visitor } from "../jobs/desk.js";
import { complain, say, sayJson, showTable, type ExitCode } from "./output.js";
import { redisFor } from "./redis.js";
import { openSettings, type SettingsFlags } from "./settings.js";

interface JsonFlags extends SettingsFlags {
  readonly json?: boolean;
}

/** The desk over the product's own Redis, without bot or workers. */
async function atDesk(flags: SettingsFlags, work: (app: App, config: Config) => Promise<ExitCode>): Promise<ExitCode> {
  const settings = await openSettings(flags, { withoutSlack: true });
  const found = await redisFor(settings.config, complain, ".sluice/redis");
  const app = buildApp({
    ...settings,
    redisUrl: found.url,
    clock: systemClock,
    log: pino({ level: "silent" }),
    roles: { bot: false, worker: false },
  });
  try {
    await app.connect();
    return await work(app, settings.config);
  } finally {
    await app.stop();
    await found.stop();
    await settings.close();
  }
}

const line = (view: RunView): string[] => [
  view.id,
  view.outcome ?? view.status,
  view.asked.runbook,
  view.asked.by.user,
  view.asked.at,
  view.asked.text,
];

/** `sluice runs`: the latest, newest first. */
export function runs(flags: JsonFlags): Promise<ExitCode> {
  return atDesk(flags, async ({ desk }) => {
    const views = await desk.recent(50);
    if (flags.json)
      sayJson(
        views.map((view) => ({
          run: view.id,
          status: view.status,
          outcome: view.outcome ?? null,
          runbook: view.asked.runbook,
          by: view.asked.by,
          at: view.asked.at,
          text: view.asked.text,
        })),
      );
    else
      say(
        views.length === 0
          ? "There have been no runs."
          : showTable([["RUN", "STATE", "RUNBOOK", "BY", "ASKED", "SENTENCE"], ...views.map(line)]),
      );
    return 0;
  });
}

/** `sluice run ID`: one run's whole story. */
export function run(id: string, flags: JsonFlags): Promise<ExitCode> {
  return atDesk(flags, async ({ engine }) => {
    const entries = isRunId(id) ? await engine.store.read(id) : [];
    if (entries.length === 0) {
      complain(`There is no run "${id}".`);
      return 1;
    }
    if (flags.json) sayJson({ run: id, entries });
    else
      say(
        entries
          .map((entry) => `${entry.at}  ${entry.by === "sluice" ? "sluice" : entry.by.user}  ${told(entry.event)}`)
          .join("\n"),
      );
    return 0;
  });
}

function told(event: { readonly type: string }): string {
  const { type, ...rest } = event as { type: string } & Record<string, unknown>;
  const { bytes: _bytes, ...shown } = rest;
  return `${type} ${JSON.stringify(shown)}`;
}

/** `sluice approvals`: what waits for whom. */
export function approvals(flags: JsonFlags): Promise<ExitCode> {
  return atDesk(flags, async ({ desk }) => {
    const waiting = (await desk.open()).filter((view) => view.status === "deciding");
    const rows = waiting.flatMap((view) => {
      if (!view.planned) return [];
      const { places } = standing(view.planned.demand, view.planned.votes, view.asked.by);
      const open = places
        .filter((each) => each.open > 0)
        .map(({ place, open: count }) => ({ label: place.label, count }));
      return [{ run: view.id, text: view.asked.text, by: view.asked.by, waitsFor: showPlaces(open) }];
    });
    if (flags.json) sayJson(rows);
    else
      say(
        rows.length === 0
          ? "Nothing waits for anybody."
          : showTable([["RUN", "SENTENCE", "WAITS FOR"], ...rows.map((row) => [row.run, row.text, row.waitsFor])]),
      );
    return 0;
  });
}

/** `sluice cancel ID`: whoever has this shell has the store, so the operator stands for every group; the journal says who it was. */
export function cancel(id: string, flags: SettingsFlags): Promise<ExitCode> {
  return atDesk(flags, async ({ desk }, config) => {
    if (!isRunId(id)) {
      complain(`"${id}" is no run's name.`);
      return 2;
    }
    const reply = await desk.cancel(id, operator(config), "cancelled from the command line");
    (reply.ok ? say : complain)(reply.sentence);
    return reply.ok ? 0 : 3;
  });
}

const operator = (config: Config): Visitor => ({
  person: { team: config.slack.team, user: `cli:${userInfo().username}` },
  groups: Object.values(config.policy.groups).map((group) => group.id),
  guest: false,
  bot: false,
  stranger: false,
  deleted: false,
  sharedChannel: false,
});
