import { accepts, duration, has, list, needText } from "../kernel/body.js";
import { ApiError, badValue, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoDuration } from "../kernel/query.js";
import { isRec, type Rec, type Val, valuesAt } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { Cron, ScheduleState } from "../state.js";

const fields = fieldTable(
  "uuid name type cron.{minutes,hours,days,months,weekdays} interval svm.{uuid,name} scope cluster.{uuid,name}",
);

export const schedules: Collection = {
  path: "/cluster/schedules",
  keys: ["uuid"],
  fields,
  clusterOnly: true,
  list: (ctx) =>
    ctx.cluster.schedules
      .filter((each) => sees(ctx, each.svm))
      .map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

function view({ cluster }: Ctx, schedule: ScheduleState): Rec {
  const { cron } = schedule;
  const parts = Object.entries(cron ?? {}).filter(
    ([, values]) => values !== undefined && (values as readonly number[]).length > 0,
  );
  return {
    uuid: schedule.uuid,
    name: schedule.name,
    type: cron ? "cron" : "interval",
    cron: cron && (Object.fromEntries(parts) as Rec),
    interval: schedule.intervalMs === undefined ? undefined : isoDuration(schedule.intervalMs),
    svm: schedule.svm && ref(schedule.svm),
    scope: schedule.svm ? "svm" : "cluster",
    cluster: ref(cluster),
  };
}

const LIMITS = { minutes: [0, 59], hours: [0, 23], days: [1, 31], months: [1, 12], weekdays: [0, 6] } as const;

function cronOf(body: Rec): Cron | undefined {
  const given = body["cron"];
  if (!isRec(given)) return undefined;
  const out: Record<string, readonly number[]> = {};
  for (const [part, [low, high]] of Object.entries(LIMITS)) {
    if (given[part] === undefined) continue;
    list(body, `cron.${part}`);
    out[part] = valuesAt(body, `cron.${part}`).map((value: Val) => {
      if (typeof value !== "number" || value < low || value > high) throw badValue(`cron.${part}`, value);
      return value;
    });
  }
  return out as Cron;
}

function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const name = needText(body, "name");
  if (cluster.schedules.some((each) => each.name === name))
    throw new ApiError(1, `Schedule "${name}" already exists.`, 409, "name");
  const cron = cronOf(body);
  const intervalMs = duration(body, "interval");
  if ((cron === undefined) === (intervalMs === undefined))
    throw new ApiError(458788, "Give either cron or interval.", 400);
  const svm = has(body, "svm") ? svmIn(ctx) : undefined;
  const made: ScheduleState = { uuid: fabric.ids.next("schedule"), name, cron, intervalMs, svm };
  cluster.schedules.push(made);
  return { done: true, location: `/api/cluster/schedules/${made.uuid}`, record: view(ctx, made) };
}

function scheduleAt({ cluster, params }: Ctx): ScheduleState {
  const found = cluster.schedules.find((each) => each.uuid === params["uuid"]);
  if (!found) throw notFound();
  return found;
}

/** A cron schedule stays one, an interval one too; the parts of cron are replaced together. */
function change(ctx: Ctx): Outcome {
  const { body } = ctx;
  const schedule = scheduleAt(ctx);
  const cron = cronOf(body);
  const intervalMs = duration(body, "interval");
  if (cron === undefined && intervalMs === undefined) throw nothingToChange();
  if ((cron && !schedule.cron) || (intervalMs !== undefined && schedule.cron))
    throw new ApiError(459760, `Schedule "${schedule.name}" is of the other type.`, 400);
  schedule.cron = cron ?? schedule.cron;
  schedule.intervalMs = intervalMs ?? schedule.intervalMs;
  return { done: true };
}

function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const found = scheduleAt(ctx);
  const used =
    cluster.relationships.some((each) => each.schedule === found.name) ||
    cluster.policies.some((each) => each.schedule === found.name) ||
    cluster.snapshotPolicies.some((each) => each.copies.some((copy) => copy.schedule === found.name));
  if (used) throw new ApiError(459758, `Schedule "${found.name}" is in use.`, 409);
  cluster.schedules = cluster.schedules.filter((each) => each !== found);
  return { done: true };
}

export const scheduleWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/cluster/schedules",
    reply: "sync",
    clusterOnly: true,
    body: accepts("name cron.{minutes,hours,days,months,weekdays} interval svm.{name,uuid} cluster.{name,uuid} scope"),
    readable: fields,
    errors: [1, 458788],
    run: create,
  },
  {
    method: "PATCH",
    path: "/cluster/schedules/{uuid}",
    reply: "sync",
    clusterOnly: true,
    body: accepts("cron.{minutes,hours,days,months,weekdays} interval"),
    readable: fields,
    errors: [459760],
    run: change,
  },
  {
    method: "DELETE",
    path: "/cluster/schedules/{uuid}",
    reply: "sync",
    clusterOnly: true,
    errors: [459758],
    run: remove,
  },
];
