import type { RunId, PlanHash } from "./ids.js";
import type { Json } from "./json.js";
import type { Fact } from "./plan.js";
import type { OffPeak } from "./off-peak.js";
import type { Person } from "./resource.js";
import type { Said } from "./said.js";

/** Where a request came from; the card and its thread live there. */
export interface Origin {
  readonly team: string;
  readonly channel: string;
  /** The message asked in, or the root of its thread. Empty: the bot opens a thread of its own. */
  readonly ts: string;
  /** Deduplicates: the same event is the same run. */
  readonly eventId: string;
}

/** The first transfer of one mirror, as a watch knows it. */
export interface BaselineMirror {
  readonly uuid: string;
  /** What its source holds, about. */
  readonly totalBytes: number;
  /** KB/s the transfer runs with, 0 no limit; null while it does not say. */
  readonly runsWith: number | null;
}

/** Far-end work a run waits for while no worker holds a slot. */
export type Watch =
  | { readonly kind: "job"; readonly cluster: string; readonly uuid: string }
  /** Wakes when no transfer is active on the relationship, or when it is gone. */
  | { readonly kind: "relationship"; readonly cluster: string; readonly uuid: string }
  /** Wakes when the peering with that cluster is pending no more, or is gone. */
  | { readonly kind: "clusterPeer"; readonly cluster: string; readonly peer: string }
  /** Wakes when none of the first transfers is active any more, or when one should run with another limit than it does. */
  | {
      readonly kind: "baseline";
      readonly cluster: string;
      readonly mirrors: readonly BaselineMirror[];
      /** By night, say: no limit then. */
      readonly window: OffPeak | null;
    }
  /** Wakes when the script of that ticket has ended or is lost. */
  | { readonly kind: "ticket"; readonly host: string; readonly ticket: string }
  /** The array's own approval (multi-admin verification) of request `index`. */
  | { readonly kind: "arrayApproval"; readonly cluster: string; readonly index: number }
  /** Wakes when BlueXP is no longer at work on the system of that name, or has none. */
  | { readonly kind: "environment"; readonly connector: string; readonly name: string; readonly task: string | null }
  /** Wakes when the Connector of that client id reports, or is gone. */
  | { readonly kind: "agent"; readonly clientId: string }
  /** Wakes when the deployment of a template is over. */
  | { readonly kind: "deployment"; readonly resourceGroup: string; readonly name: string }
  /** Wakes when the cluster answers. */
  | { readonly kind: "answers"; readonly cluster: string }
  | { readonly kind: "timer"; readonly at: string };

/** A place of the policy: so many people of that group. */
export interface Place {
  readonly group: string;
  readonly label: string;
  readonly count: number;
  /** Step ids this place is asked for. */
  readonly forSteps: readonly string[];
  readonly why: string;
}

/** What a plan asks of people. */
export interface Demand {
  readonly places: readonly Place[];
  /** True: nobody has to approve. */
  readonly nobody: boolean;
  /** No rule allows this plan: it cannot be approved by anybody. */
  readonly denied?: string;
}

export type HeldWhy = "arrayApproval" | "handOff" | "lock" | "stop";

export type RunEvent =
  | {
      readonly type: "asked";
      readonly from: Origin;
      readonly text: string;
      readonly runbook: string;
      readonly request: Json;
      readonly timeZone: string;
      readonly parent?: RunId;
    }
  /** Planning or re-planning says no: the run ends with its sentence. */
  | { readonly type: "refused"; readonly problem: Said; readonly choices?: readonly { label: string; say: string }[] }
  | {
      readonly type: "planned";
      readonly bytes: string;
      readonly hash: PlanHash;
      readonly facts: readonly Fact[];
      readonly demand: Demand;
      /** The button's id, random, made for this one event. */
      readonly key: string;
      /** Against the plan before it, in sentences, when it replaces one. */
      readonly difference?: readonly string[];
    }
  | {
      readonly type: "voted";
      readonly vote: "approve" | "deny";
      readonly hash: PlanHash;
      /** The person's groups at that moment. */
      readonly groups: readonly string[];
      readonly reason?: string;
    }
  | {
      readonly type: "settled";
      readonly outcome: "granted" | "denied" | "expired" | "cancelled" | "changed";
      readonly hash: PlanHash;
      readonly reason?: string;
    }
  /** Durable before the call. `before`: the picture the probe compares with, taken before the first attempt. */
  | { readonly type: "began"; readonly step: string; readonly attempt: number; readonly before: Json }
  /** A job uuid, a transfer, a script's ticket: written before it is waited for. */
  | { readonly type: "noted"; readonly step: string; readonly attempt: number; readonly note: Json }
  | { readonly type: "waiting"; readonly step: string; readonly watch: Watch }
  | {
      readonly type: "held";
      readonly step: string | null;
      readonly attempt: number;
      readonly why: HeldWhy;
      readonly detail: Json;
    }
  | {
      readonly type: "ended";
      readonly step: string;
      readonly output: Json;
      /** `byHand`: a step that was handed off, done by a person and seen by us. `attested`: a person's word for it. */
      readonly how: "ran" | "recovered" | "already" | "attested" | "byHand";
    }
  /** `absent`: the probe found that the step did not happen. `undone`-able steps before the point of no return unwind after it. */
  | { readonly type: "failed"; readonly step: string; readonly problem: string; readonly absent: boolean }
  | { readonly type: "doubted"; readonly step: string; readonly why: string }
  | {
      readonly type: "answered";
      readonly step: string;
      readonly answer: "checkAgain" | "happened" | "didNot";
      readonly reason: string;
    }
  | { readonly type: "undoBegan" | "undone"; readonly step: string; readonly note?: string }
  | { readonly type: "undoFailed"; readonly step: string; readonly problem: string }
  | { readonly type: "triedAgain" | "handedOver"; readonly step: string; readonly reason?: string }
  | { readonly type: "continued"; readonly child: RunId }
  | { readonly type: "childEnded"; readonly child: RunId; readonly outcome: string }
  | { readonly type: "cancelAsked"; readonly reason?: string }
  | { readonly type: "finished"; readonly outcome: "succeeded" | "undone" | "abandoned" };

/** One line of a run's history. `at` comes from the Clock. */
export interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly by: Person | "sluice";
  readonly event: RunEvent;
}

/** Events after which a run is closed for good: nothing is appended behind them, its locks go. */
export function closes(event: RunEvent): boolean {
  if (event.type === "refused" || event.type === "finished") return true;
  return (
    event.type === "settled" &&
    (event.outcome === "denied" || event.outcome === "expired" || event.outcome === "cancelled")
  );
}
