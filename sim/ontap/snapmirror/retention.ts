import { flag, integer, list, needText, text } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import { durationMs } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx } from "../kernel/route.js";
import type { Retention } from "../state.js";

const MAX_TOTAL = 1023;
const MAX_RULES = 10;

const refuse = (code: number, message: string, field: string): never => {
  throw new ApiError(code, message, 400, `retention.${field}`);
};

function ruleIn(ctx: Ctx, rule: Rec): Retention {
  const count = integer(rule, "count");
  if (count === undefined || count < 0 || count > MAX_TOTAL)
    return refuse(13304126, `The retention count must be 0 to ${MAX_TOTAL}.`, "count");
  const preserve = flag(rule, "preserve");
  const warn = integer(rule, "warn");
  if (warn !== undefined && warn > 0 && warn >= count)
    refuse(13304129, "The warning threshold must be below the retention count.", "warn");
  if (warn !== undefined && warn > 0 && preserve !== true)
    refuse(6621045, "A warning threshold needs preserve.", "warn");
  const period = text(rule, "period");
  if (period !== undefined && period !== "infinite" && durationMs(period) === undefined)
    refuse(13304092, `"${period}" is no valid retention period.`, "period");
  const creationSchedule = scheduleIn(ctx, rule);
  if (period !== undefined && creationSchedule !== undefined)
    refuse(13304118, "period and creation_schedule exclude each other.", "creation_schedule");
  return {
    label: needText(rule, "label"),
    count,
    preserve,
    warn,
    period,
    prefix: text(rule, "prefix"),
    creationSchedule,
  };
}

function scheduleIn({ cluster }: Ctx, rule: Rec): string | undefined {
  const name = text(rule, "creation_schedule.name");
  const uuid = text(rule, "creation_schedule.uuid");
  if (name === undefined && uuid === undefined) return undefined;
  const found = cluster.schedules.find((each) => (uuid === undefined ? each.name === name : each.uuid === uuid));
  if (!found?.cron)
    refuse(found ? 6619714 : 6619699, `Schedule "${name ?? uuid ?? ""}" does not exist.`, "creation_schedule");
  return found?.name;
}

/** The rules of a body: reference 5.2. The limit counts all of them together. */
export function retentionIn(ctx: Ctx, createOnSource: boolean): readonly Retention[] | undefined {
  const rules = list(ctx.body, "retention")?.map((rule) => ruleIn(ctx, rule));
  if (!rules) return undefined;
  if (rules.length > MAX_RULES) refuse(13303887, `A policy holds at most ${MAX_RULES} rules.`, "label");
  if (new Set(rules.map((each) => each.label)).size < rules.length)
    throw new ApiError(262222, "A label is repeated in the rules.", 400, "retention.label");
  if (rules.reduce((sum, rule) => sum + rule.count, 0) > MAX_TOTAL) {
    throw new ApiError(13304130, `The rules keep more than ${MAX_TOTAL} snapshots together.`, 400, "retention");
  }
  const scheduled = rules.filter((each) => each.creationSchedule !== undefined);
  if (!createOnSource && scheduled.length > 0)
    refuse(6621091, "Rules of a vault policy make no snapshots of their own.", "creation_schedule");
  if (rules.length > 0 && scheduled.length === rules.length)
    refuse(6621088, "At least one rule must be without a schedule.", "creation_schedule");
  return rules;
}
