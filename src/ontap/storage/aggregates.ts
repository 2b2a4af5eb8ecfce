import type { HttpReads } from "../wire/calls.js";
import { needText, num, part, text, type Wire } from "../wire/records.js";

export interface Aggregate {
  readonly uuid: string;
  readonly name: string;
  readonly node: string | undefined;
  readonly state: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly usedBytes: number | undefined;
  readonly availableBytes: number | undefined;
}

function readAggregate(wire: Wire): Aggregate {
  const block = part(part(wire, "space"), "block_storage");
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    node: text(part(wire, "node"), "name"),
    state: text(wire, "state"),
    sizeBytes: num(block, "size"),
    usedBytes: num(block, "used"),
    availableBytes: num(block, "available"),
  };
}

/** Reads of `/storage/aggregates` (reference 15, W3). Cluster logins only: an SVM-scoped one gets Rejected "6". */
export function aggregateReads(http: HttpReads) {
  return {
    /** GET /storage/aggregates, all pages. */
    list: (filter: { readonly name?: string } = {}): Promise<Aggregate[]> =>
      http.list(
        "/storage/aggregates",
        {
          fields:
            "uuid,name,node.name,state,space.block_storage.size,space.block_storage.used,space.block_storage.available",
          where: { name: filter.name },
        },
        readAggregate,
      ),
  };
}

export type AggregateReads = ReturnType<typeof aggregateReads>;
