import type { FabricState } from "../fabric.js";
import type { ClusterState, SvmState } from "../state.js";
import type { Field } from "./fields.js";
import type { JobStart } from "./jobs.js";
import type { Rec } from "./records.js";

export interface Login {
  readonly user: string;
  readonly role: "admin" | "sluice" | "sluice-setup";
  /** Set: sees only this SVM. */
  readonly svm?: SvmState | undefined;
}

/** What a handler works with. */
export interface Ctx {
  readonly fabric: FabricState;
  readonly cluster: ClusterState;
  readonly login: Login;
  /** The SVM the call is confined to: by its login, or by tunnelling with X-Dot-SVM-Name. */
  readonly scope: SvmState | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Rec;
  readonly now: number;
}

/** One record of a collection; `view` is only called for records that are looked at. */
export interface Entry {
  /** Values of the collection's key fields, joined: order and paging go by it. */
  readonly key: string;
  /** `wants` tells whether a field (or part of it) will be shown: expensive parts may ask. */
  view(wants: (field: string) => boolean): Rec;
}

export interface Collection {
  /** `/storage/volumes`; may hold `{uuid}` parts of a parent. */
  readonly path: string;
  /** Key fields, in the order of the instance path's parts. */
  readonly keys: readonly string[];
  /** Key fields that are shown without being asked for, besides `keys` (default: name if the table has one). */
  readonly shown?: readonly string[];
  readonly fields: readonly Field[];
  /** Query arguments that are no fields. */
  readonly flags?: readonly string[];
  /** Only cluster logins. */
  readonly clusterOnly?: boolean;
  list(ctx: Ctx): readonly Entry[];
  /** Record looked up by the instance path; default: the entry whose key it is. */
  find?(ctx: Ctx, key: string): Entry | undefined;
  /** No GET of single records. */
  readonly noInstance?: boolean;
  /** The collection path is itself one record (`/cluster`). */
  readonly single?: boolean;
}

export type Outcome =
  /** Done: 201 for POST, 200 otherwise. */
  | { readonly done: true; readonly location?: string; readonly record?: Rec; readonly body?: Rec }
  /** Accepted: a job does it. */
  | { readonly job: JobStart; readonly location?: string; readonly record?: Rec };

export interface Write {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly reply: "sync" | "async";
  readonly clusterOnly?: boolean;
  readonly body?: readonly Field[];
  /** Fields that exist but cannot be set here: 262196 instead of 262179. */
  readonly readable?: readonly Field[];
  readonly flags?: readonly string[];
  /** Codes it can answer with, besides the general ones: the coverage table shows them. */
  readonly errors: readonly number[];
  run(ctx: Ctx): Outcome;
}

export interface Family {
  readonly name: string;
  readonly collections: readonly Collection[];
  readonly writes: readonly Write[];
}
