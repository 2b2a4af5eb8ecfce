/** The arrays' state as plain objects, split by what it is about. Times are milliseconds since the epoch. */
export type * from "./state/cluster.js";
export type * from "./state/network.js";
export type * from "./state/peers.js";
export type * from "./state/san.js";
export type * from "./state/security.js";
export type * from "./state/snapmirror.js";
export type * from "./state/svm.js";
export type * from "./state/volumes.js";
