export type * from "./types.js";
export type { RawOutcome, ScriptCall, ScriptOutcome, ScriptTransport, SecretRef, TicketState } from "../core/script.js";
