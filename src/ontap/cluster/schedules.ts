import type { HttpReads } from "../wire/calls.js";
import { needText, part, span, text, type Wire, word } from "../wire/records.js";

export interface Schedule {
  readonly uuid: string;
  readonly name: string;
  /** SnapMirror takes only cron. */
  readonly type: "cron" | "interval" | undefined;
  /** Empty lists mean every. */
  readonly cron:
    | {
        readonly minutes: readonly number[];
        readonly hours: readonly number[];
        readonly days: readonly number[];
        readonly months: readonly number[];
        readonly weekdays: readonly number[];
      }
    | undefined;
  readonly intervalMs: number | undefined;
  readonly svm: string | undefined;
}

function numbers(wire: Wire, key: string): readonly number[] {
  const value = wire[key];
  return Array.isArray(value) ? value.filter((each): each is number => typeof each === "number") : [];
}

function readSchedule(wire: Wire): Schedule {
  const cron = part(wire, "cron");
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    type: word(wire, "type", ["cron", "interval"]) ?? (cron === undefined ? undefined : "cron"),
    cron:
      cron === undefined
        ? undefined
        : {
            minutes: numbers(cron, "minutes"),
            hours: numbers(cron, "hours"),
            days: numbers(cron, "days"),
            months: numbers(cron, "months"),
            weekdays: numbers(cron, "weekdays"),
          },
    intervalMs: span(wire, "interval"),
    svm: text(part(wire, "svm"), "name"),
  };
}

/** Reads of `/cluster/schedules` (reference 5.1). A mirror's schedule is one of its destination's cluster. */
export function scheduleReads(http: HttpReads) {
  const list = (filter: { readonly name?: string } = {}): Promise<Schedule[]> =>
    http.list(
      "/cluster/schedules",
      { fields: "uuid,name,type,cron,interval,svm.name", where: { name: filter.name } },
      readSchedule,
    );
  return {
    /** GET /cluster/schedules, all pages. */
    list,
    /** GET /cluster/schedules?name. */
    findByName: async (name: string): Promise<Schedule | undefined> => (await list({ name }))[0],
  };
}

export type ScheduleReads = ReturnType<typeof scheduleReads>;
