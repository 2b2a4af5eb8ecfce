import { Rejected } from "../../core/problems.js";
import type { HttpReads, HttpWrites } from "../wire/calls.js";
import type { TransferState } from "./relationships.js";
import { api } from "../wire/query.js";
import { instant, needText, num, part, span, text, type Wire, word } from "../wire/records.js";

export interface Transfer {
  readonly uuid: string;
  readonly state: TransferState | undefined;
  readonly bytes: number | undefined;
  /** The snapshot being moved. */
  readonly snapshot: string | undefined;
  readonly endTime: string | undefined;
  readonly durationMs: number | undefined;
  /** What of it a later try need not move again. */
  readonly checkpointBytes: number | undefined;
  /** KB/s it runs with; 0 is unlimited. ONTAP 9.9 and later. */
  readonly throttleKilobytesPerSecond: number | undefined;
  readonly error: { readonly code: string | undefined; readonly message: string } | undefined;
}

const FIELDS = "uuid,state,bytes_transferred,checkpoint_size,snapshot,end_time,total_duration,throttle,error_info";
const STATES = ["queued", "transferring", "success", "failed", "aborted", "hard_aborted"] as const;

function readTransfer(wire: Wire): Transfer {
  const error = part(wire, "error_info");
  return {
    uuid: needText(wire, "uuid"),
    state: word(wire, "state", STATES),
    bytes: num(wire, "bytes_transferred"),
    snapshot: text(wire, "snapshot"),
    endTime: instant(wire, "end_time"),
    durationMs: span(wire, "total_duration"),
    checkpointBytes: num(wire, "checkpoint_size"),
    throttleKilobytesPerSecond: num(wire, "throttle"),
    error:
      error === undefined
        ? undefined
        : { code: num(error, "code")?.toString(), message: text(error, "message") ?? "no reason given" },
  };
}

/** Reads of `/snapmirror/relationships/{uuid}/transfers` (reference 6.6). `queued` shows only on the relationship itself. */
export function transferReads(http: HttpReads) {
  return {
    /** GET …/transfers: the active ones; newer releases add those that ended in the last 24 hours. */
    list: (relationshipUuid: string): Promise<Transfer[]> =>
      http.list(api`/snapmirror/relationships/${relationshipUuid}/transfers`, { fields: FIELDS }, readTransfer),

    /** GET …/transfers/{uuid}; undefined when it is not known (any more). */
    find: (relationshipUuid: string, uuid: string): Promise<Transfer | undefined> =>
      http.find(api`/snapmirror/relationships/${relationshipUuid}/transfers/${uuid}`, { fields: FIELDS }, readTransfer),
  };
}

/** Writes of `/snapmirror/relationships/{uuid}/transfers` (reference 6.6). Synchronous: the transfer itself goes on. */
export function transferWrites(http: HttpWrites) {
  return {
    /**
     * POST …/transfers: initialise, update or restore, by the relationship's state. `sourceSnapshot` limits it to that snapshot (vault, restore).
     * The uuid is that of the transfer where the array tells it, else read it from the relationship.
     * Errors: 13303812 initialise, 13303844 update, 13303845 restore (each also: one runs already); 6619720, 13303816, 13304159 try again.
     */
    start: async (
      relationshipUuid: string,
      how: {
        readonly sourceSnapshot?: string;
        /** For this transfer alone, before the mirror's and the policy's. ONTAP 9.9 and later. */
        readonly throttleKilobytesPerSecond?: number;
        /** Of a restore relationship: only these files (LUNs), at most eight. */
        readonly files?: readonly { readonly source: string; readonly destination: string }[];
      } = {},
    ): Promise<{ transferUuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: api`/snapmirror/relationships/${relationshipUuid}/transfers`,
        query: { also: { return_records: true } },
        body: {
          source_snapshot: how.sourceSnapshot,
          throttle: how.throttleKilobytesPerSecond,
          files: how.files?.map((file) => ({ source_path: file.source, destination_path: file.destination })),
        },
      });
      return { transferUuid: text(records[0], "uuid") ?? key };
    },

    /**
     * PATCH …/transfers/{uuid}: aborted keeps the restart checkpoint, `hard` drops it. A transfer that has ended already (code 4) is `ended`, not an error.
     * Errors: 13303848/49 cannot be aborted now: read again.
     */
    abort: async (
      relationshipUuid: string,
      uuid: string,
      how: { readonly hard?: boolean } = {},
    ): Promise<"aborted" | "ended"> => {
      try {
        await http.send({
          method: "PATCH",
          path: api`/snapmirror/relationships/${relationshipUuid}/transfers/${uuid}`,
          body: { state: how.hard ? "hard_aborted" : "aborted" },
        });
        return "aborted";
      } catch (problem) {
        if (problem instanceof Rejected && problem.code === "4") return "ended";
        throw problem;
      }
    },
  };
}

export type TransferReads = ReturnType<typeof transferReads>;
export type TransferWrites = ReturnType<typeof transferWrites>;
