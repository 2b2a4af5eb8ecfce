import type { HostPurpose } from "../../config/types.js";
import { Refusal } from "../../core/problems.js";
import type { CloneNote } from "../clones.js";
import type { Facts as CloneFacts } from "../clone/facts.js";
import { observe as observeNew } from "../clone/observe.js";
import type { CloneRequest } from "../clone/request.js";
import { getHost } from "../inventory.js";
import type { Point } from "../points.js";
import { findClone, observeClone, type ReleaseFacts } from "../release-clone.js";
import type { ReadTools } from "../tools.js";
import type { WhichClone } from "../whichClone.js";

export interface Wanted {
  readonly which: WhichClone;
  /** What the new one holds; "start": what the old one was made from. */
  readonly data: { readonly point?: Point | undefined; readonly fresh?: true | undefined } | "start";
  /** Of the buttons when several clones are meant. */
  readonly verb: string;
}

/** A clone, and the one that takes its place. */
export interface ReplaceFacts {
  readonly old: ReleaseFacts;
  readonly request: CloneRequest;
  readonly fresh: CloneFacts;
}

/** Looks at the clone that is meant and at what takes its place: of the same volumes, for the same host and mount points. */
export async function observe({ which, data, verb }: Wanted, on: ReadTools): Promise<ReplaceFacts> {
  const clone = await findClone(which, on, verb);
  const { note } = clone;
  if (note.host === undefined)
    throw new Refusal(`The clone "${note.name}" does not say on which host it is.`, { next: "Nothing was changed." });
  const host = getHost(on.inventory, note.host);
  const purpose = purposeOf(note, host.purposes);
  const request: CloneRequest = {
    set: note.set,
    host: host.name,
    as: note.name,
    ...(purpose === undefined ? {} : { purpose: purpose.name }),
    ...(data === "start" ? {} : data),
  };
  const [old, fresh] = await Promise.all([
    observeClone(clone, on),
    observeNew(request, on, { clone, toStart: data === "start" }),
  ]);
  return { old: { ...old, dropsIgroup: false }, request, fresh };
}

/** What the clone was made for: its name says so, or where it is mounted. */
function purposeOf({ name, mount = "" }: CloneNote, purposes: readonly HostPurpose[]): HostPurpose | undefined {
  return purposes.find((each) => each.name === name) ?? purposes.find((each) => mount.startsWith(each.mountPoint));
}
