import { endpointSince } from "../kernel/releases.js";
import { instancePath } from "../kernel/table.js";
import { families } from "./index.js";

export interface CoverageRow {
  readonly family: string;
  readonly method: string;
  readonly path: string;
  readonly reply: "read" | "sync" | "async";
  /** Release that brought it, as in "9.10". */
  readonly since: string;
  readonly clusterOnly: boolean;
  /** Query arguments that are no fields. */
  readonly flags: readonly string[];
  /** Codes besides the general ones. */
  readonly errors: readonly number[];
}

/** Codes any call may be answered with (reference 1.5), and when the simulator does. */
export const GENERAL_ERRORS: Readonly<Record<number, string>> = {
  1: "409: an object of that name is there",
  3: "404 for a path, 405 for a method that does not exist in the release",
  4: "404: no such object, or one of an SVM the login does not see",
  6: "403: the login's role does not allow it; also inside a job",
  262145: "500: only by a fault rule",
  262160: "429 with `Retry-After`: more calls at a time than the knob allows",
  262177: "400: a filter without a value",
  262179: "400: a query argument or body field that does not exist in the release",
  262186: "400: fields that exclude each other",
  262188: "400: a body field given twice, nested and dotted",
  262190: "400: a PATCH that changes nothing",
  262194: "400: `<` or `>` without a value",
  262196: "400: a field that can be read but not set here",
  262197: "400: a value the field cannot have; an unknown name in `fields`",
  262198: "400: a body where none is allowed",
  262199: "400: malformed JSON",
  262200: "400: JSON that is no object",
  262202: "400: a secret in the URL",
  262211: "400: a POST filtered by a field",
  262212: "400: a required field is missing",
  262220: "400: `fields=*` on a command of the CLI",
  262222: "400: a value repeated in a list",
  262245: "400: `return_timeout` outside 0 to 120; an SVM header that contradicts the call",
  262249: "400: `fields` names one that can only be written",
  262250: "400: a filter by a field that can only be written",
  262254: "400: an array was expected",
  262255: "400: an array was not expected",
  262268: "400: `order_by` a field that is not there",
  262277: "400: `query` or `query_fields` outside GET",
  262282: "400: a query argument given twice",
  262287: "in `errors` of job results, and of the job: why one record of a write of many failed",
  262288: "of the job: a write of many records failed, and not everything could be taken back",
  262289: "of the job while it runs: how many records are done",
  262292: "400, and of the job: some records of a write of many failed (`continue_on_failure`, DELETE)",
  262293: "400: `job_results_uuid` of a job that runs",
  262294: "400: `job_results_uuid` of a job of another API, or of none",
  262286: "400: braces in `fields` that do not match",
  262325: "multi-admin approval is needed: status by the knob, or in the job",
  2621462: "400: no such SVM",
  6691623: "401: the login is wrong",
  39387137: "400: a URL that cannot be read",
};

/** Codes no call is answered with: a transfer's `error_info` and a relationship's `unhealthy_reason` carry them. */
export const TRANSFER_ERRORS: Readonly<Record<number, string>> = {
  6620046: "the transfer was aborted",
  6620053: "no snapshot could be made on the source",
  6620077: "the destination is full, or smaller than its source and may not grow",
  6621444: "the peer cluster cannot be reached",
  6621445: "the source volume is offline or gone",
};

/** What the simulator answers, in the order of the registry: the source of the coverage table in docs. */
export function coverage(): readonly CoverageRow[] {
  return families.flatMap((family) => [
    ...family.collections.flatMap((collection) => {
      const row = {
        family: family.name,
        method: "GET",
        reply: "read" as const,
        since: endpointSince(collection.path),
        clusterOnly: collection.clusterOnly ?? false,
        flags: collection.flags ?? [],
        errors: [],
      };
      const instance =
        collection.noInstance || collection.single ? [] : [{ ...row, flags: [], path: instancePath(collection) }];
      return [{ ...row, path: collection.path }, ...instance];
    }),
    ...family.writes.map((write) => ({
      family: family.name,
      method: write.method,
      path: write.path,
      reply: write.reply,
      since: endpointSince(write.path),
      clusterOnly: write.clusterOnly ?? false,
      flags: write.flags ?? [],
      errors: write.errors,
    })),
  ]);
}
