export type * from "./types.js";
export type { RawOutcome, ScriptCall, ScriptOutcome, ScriptTransport, SecretRef, TicketState } from "../core/script.js";
export { attach, attachOriginal, type AttachFacts, type AttachInput, type AttachOriginalInput } from "./attach.js";
export { check, type CheckFacts, type CheckInput } from "./check.js";
export { build, unbuild, type BuildInput, type UnbuildInput } from "./build.js";
export { detach, type DetachFacts, type DetachInput } from "./detach.js";
export { freeze, frozen, thaw, type FreezeInput } from "./freeze.js";
export { inspect, type Holder, type InspectFacts, type InspectInput } from "./inspect.js";
export { isReady, prepare, ready, unprepare, type PrepareInput, type ReadyFacts } from "./prepare.js";
export {
  forget,
  quiesce,
  quiesced,
  reactivate,
  unquiesce,
  type KeptFacts,
  type QuiescedFacts,
  type QuiescedInput,
  type QuiesceInput,
  type ReactivateInput,
} from "./quiesce.js";
export { createHost, readTicket } from "./host.js";
export { everyScript } from "./every.js";
export { isReadScript } from "./define.js";
export { findResult } from "./result.js";
export { wwidOf } from "./words.js";
