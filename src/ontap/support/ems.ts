import { Rejected } from "../../core/problems.js";
import type { HttpWrites } from "../wire/calls.js";

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
  };
}

export type EmsWrites = ReturnType<typeof emsWrites>;
