import type { Query } from "./query.js";
import type { Wire } from "./records.js";

/** Turns one record of the wire into one of ours; throws Unreadable when it cannot. */
export type Reading<T> = (wire: Wire) => T;

/**
 * The reading half of the wire. A read changes nothing, so whatever goes wrong with the transport ends as `NotSent` (after a few tries of its own);
 * an answer that says no is `Rejected`.
 */
export interface HttpReads {
  /** The cluster's name in our config, for messages. */
  readonly cluster: string;
  /** One object. Throws Rejected code "4" when there is none. */
  get<T>(path: string, query: Query, read: Reading<T>): Promise<T>;
  /** One object, or undefined when there is none (404 with code 4, or 8586226). */
  find<T>(path: string, query: Query, read: Reading<T>): Promise<T | undefined>;
  /** All records of a collection, over all pages. None is an empty list, never an error. */
  list<T>(path: string, query: Query, read: Reading<T>): Promise<T[]>;
}

export interface WriteOptions {
  /**
   * How long the array may hold an asynchronous call open to finish it in one round trip, 0…120 s.
   * Cut to five seconds less than the request time-out, so that the answer always comes before we stop listening.
   */
  readonly returnTimeoutSeconds?: number;
}

/** What the array said when it took an asynchronous write. */
export interface Accepted {
  /** ONTAP's job, to be noted before it is waited for. Absent from a few releases' answers: then read the object. */
  readonly jobUuid?: string;
  /** The job has ended well within the call. For a mirror it means triggered, not moved. */
  readonly done: boolean;
  /** What the array named of the objects concerned; a uuid may be there before its object is. */
  readonly records: readonly { readonly uuid?: string; readonly name?: string }[];
}

export interface Write {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** Parameters of the endpoint; never a filter: `DELETE /storage/volumes?name=x*` would be a legal call, and whatever matches would be gone. */
  readonly query?: Pick<Query, "also">;
  readonly body?: unknown;
  /** Values of the body that must not come back in a message. */
  readonly secrets?: readonly string[];
}

/**
 * The writing half. What a write says and the cluster's release does not know (`FIELD_SINCE`) is Rejected "release" before it is sent. A write is sent once and never again from here: its end is success, `NotSent`, `Rejected` or `InDoubt`, and the
 * executor decides what follows.
 */
export interface HttpWrites extends HttpReads {
  /** An asynchronous endpoint: `return_timeout` is always sent; a job that has failed already is thrown. */
  start(write: Write, options: WriteOptions): Promise<Accepted>;
  /** A synchronous endpoint: the records of the answer, if any, and the key of what was made (last part of `Location`). */
  send(write: Write): Promise<{ readonly records: readonly Wire[]; readonly key?: string }>;
}

/** Short work (clone, snapshot, comment): worth holding the call open. */
export const SHORT_WORK = 15;
/** Work whose job only triggers something (mirror state): nothing to wait for. */
export const NO_WAIT = 0;
