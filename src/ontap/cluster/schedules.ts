import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
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

/** What is not given means every. */
export interface NewCron {
  /** 0…59; a mirror of a volume at most every 5 minutes, of a consistency group every 30. */
  readonly minutes: readonly number[];
  readonly hours?: readonly number[];
  readonly days?: readonly number[];
  readonly months?: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays?: readonly number[];
}

/** Writes of `/cluster/schedules` (reference 5.1). Synchronous. A mirror's schedule must be on its destination's cluster. */
export function scheduleWrites(http: HttpWrites) {
  return {
    /** POST /cluster/schedules, cron (SnapMirror refuses intervals: 6619714). Errors: 1 the name is taken, 458788/459760 not a schedule. `svm` needs ONTAP 9.10. */
    create: async (schedule: {
      readonly name: string;
      readonly cron: NewCron;
      readonly svm?: string;
    }): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/cluster/schedules",
        query: { also: { return_records: true } },
        body: {
          name: schedule.name,
          cron: schedule.cron,
          svm: schedule.svm === undefined ? undefined : { name: schedule.svm },
        },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** DELETE /cluster/schedules/{uuid}. 459758 something uses it; 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/cluster/schedules/${uuid}` });
    },
  };
}

export type ScheduleReads = ReturnType<typeof scheduleReads>;
export type ScheduleWrites = ReturnType<typeof scheduleWrites>;
