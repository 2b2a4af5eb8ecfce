import { Rejected } from "../../core/problems.js";
import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { instant, needText, num, part, parts, text, type Wire } from "../wire/records.js";

/** One event of the array. */
export interface EmsEvent {
  /** Counts per node. */
  readonly index: number | undefined;
  readonly node: string | undefined;
  readonly time: string | undefined;
  /** "snapmirror.dst.snapDelErr" */
  readonly name: string;
  /** "emergency", "alert", "error", "notice", "informational", "debug". */
  readonly severity: string | undefined;
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What an event means, from the array's own catalogue. */
export interface EmsMessage {
  readonly name: string;
  readonly severity: string | undefined;
  readonly description: string | undefined;
  readonly correctiveAction: string | undefined;
}

export interface EmsFilter {
  /** ISO-8601. */
  readonly since?: string;
  /** Names or patterns with `*`; any of them. */
  readonly names?: readonly string[];
  readonly severities?: readonly string[];
}

function readEvent(wire: Wire): EmsEvent {
  const message = part(wire, "message");
  return {
    index: num(wire, "index"),
    node: text(part(wire, "node"), "name"),
    time: instant(wire, "time"),
    name: needText(message, "name"),
    severity: text(message, "severity"),
    text: text(wire, "log_message") ?? "",
    parameters: Object.fromEntries(
      parts(wire, "parameters").map((each) => [text(each, "name") ?? "", text(each, "value") ?? ""]),
    ),
  };
}

/** Reads of `/support/ems` (reference 12). */
export function emsReads(http: HttpReads) {
  return {
    /** GET /support/ems/events, all pages. Without `since` the whole log: give one. */
    listEvents: (filter: EmsFilter = {}): Promise<EmsEvent[]> =>
      http.list(
        "/support/ems/events",
        {
          fields: "index,node.name,time,message.name,message.severity,log_message,parameters",
          where: {
            time: filter.since === undefined ? undefined : { from: filter.since },
            "message.name": filter.names === undefined ? undefined : { anyLike: filter.names },
            "message.severity": filter.severities === undefined ? undefined : { anyOf: filter.severities },
          },
        },
        readEvent,
      ),

    /** GET /support/ems/messages?name: undefined when the array's catalogue has no such event. */
    findMessage: async (name: string): Promise<EmsMessage | undefined> =>
      (
        await http.list(
          "/support/ems/messages",
          { fields: "name,severity,description,corrective_action", where: { name } },
          (wire) => ({
            name: needText(wire, "name"),
            severity: text(wire, "severity"),
            description: text(wire, "description"),
            correctiveAction: text(wire, "corrective_action"),
          }),
        )
      )[0],
  };
}

/** A line for the array's own event log, so that its administrators see what Sluice did. */
export interface ApplicationEvent {
  /** Where Sluice runs. */
  readonly computer: string;
  readonly version: string;
  readonly id: number;
  /** The runbook's name. */
  readonly category: string;
  /** No secrets: anybody who may read the event log reads it. */
  readonly description: string;
  readonly severity?: "notice" | "informational" | "warning" | "error";
}

/** Writes of `/support/ems` (reference 12). */
export function emsWrites(http: HttpWrites) {
  return {
    /**
     * POST /support/ems/application-logs (synchronous), seen as `app.log.<severity>`. Not every release has it: then "unavailable", and the caller's own audit is all
     * there is. 983173: the array could not write it.
     */
    logApplicationEvent: async (event: ApplicationEvent): Promise<"logged" | "unavailable"> => {
      try {
        await http.send({
          method: "POST",
          path: "/support/ems/application-logs",
          body: {
            computer_name: event.computer,
            event_source: "sluice",
            app_version: event.version,
            event_id: event.id,
            category: event.category,
            event_description: event.description,
            severity: event.severity ?? "notice",
            autosupport_required: false,
          },
        });
        return "logged";
      } catch (problem) {
        if (problem instanceof Rejected && ["3", "4"].includes(problem.code ?? "")) return "unavailable";
        throw problem;
      }
    },

    /** POST /support/autosupport/messages (synchronous), of every node. 8650851 AutoSupport is off, 8650853 too many. */
    sendAutosupport: async (message: string, type: "all" | "performance" | "test" = "all"): Promise<void> => {
      await http.send({ method: "POST", path: "/support/autosupport/messages", body: { message, type } });
    },
  };
}

export type EmsReads = ReturnType<typeof emsReads>;
export type EmsWrites = ReturnType<typeof emsWrites>;
