import type { Button, KnownBlock } from "@slack/types";
import { hasBegun, pastNoReturn, type RunView } from "../../core/fold.js";
import { actions, button, sayButtons, sayList, type ButtonLook } from "../blocks.js";
import { choicesOf } from "./choices.js";
import type { CardContext } from "./types.js";

/** What the buttons of a card do; each is an action id. */
export const acts = {
  approve: "run:approve",
  deny: "run:deny",
  cancel: "run:cancel",
  tryAgain: "run:tryAgain",
  checkAgain: "run:checkAgain",
  happened: "run:happened",
  didNot: "run:didNot",
  handToPerson: "run:handToPerson",
  change: "run:change",
} as const;

/** The buttons of a card; none for a run nobody can do anything about. */
export function buttonBlocks(view: RunView, shown: CardContext): KnownBlock[] {
  const decisions = decisionButtons(view);
  const says = sayButtons(choicesOf(view, shown));
  return [
    ...(decisions.length > 0 ? [actions("decide", decisions)] : []),
    ...(says.length > 0 ? [actions("say", says)] : []),
    ...lists(view),
  ];
}

/** Begins the block id of a card's lists; the run the choice would take the place of follows. */
export const insteadOf = "instead:";

/** While it is undecided: what could be asked for instead. */
function lists(view: RunView): KnownBlock[] {
  if (view.status !== "deciding") return [];
  const made = (view.planned?.facts ?? []).flatMap(
    (fact, i) => sayList(`say:list${i}`, `${fact.label}: choose one`, fact.choices ?? []) ?? [],
  );
  return made.length > 0 ? [actions(`${insteadOf}${view.id}`, made)] : [];
}

function decisionButtons(view: RunView): Button[] {
  if (view.outcome) return [];
  switch (view.status) {
    case "deciding":
      return [...voteButtons(view), ...changeButton(view), ...cancelButton(view)];
    case "held":
      return [
        ...heldButtons(view),
        ...(pastNoReturn(view) || takenBack(view) ? [handButton(view)] : cancelButton(view)),
      ];
    case "doubted":
      return doubtButtons(view);
    case "parked":
      return [button(acts.tryAgain, "Try again", view.id, { style: "primary" }), handButton(view)];
    case "planning":
    case "granted":
    case "running":
    case "waiting":
      return cancelButton(view);
    case "unwinding":
    case "handingOn":
    case "closed":
      return [];
  }
}

function voteButtons(view: RunView): Button[] {
  const { planned } = view;
  if (!planned || planned.demand.nobody || planned.demand.denied !== undefined) return [];
  const destroys = planned.plan.steps.some((step) => step.effect === "destroy");
  const sure: ButtonLook = destroys
    ? {
        confirm: {
          title: "This destroys data",
          text: "You have read what will be lost and say yes to exactly this plan.",
          yes: "Approve",
          no: "Back",
        },
      }
    : {};
  return [
    button(acts.approve, "Approve", planned.key, { style: "primary", ...sure }),
    button(acts.deny, "Deny", planned.key, { style: "danger" }),
  ];
}

/** What a plan left to choose can be chosen otherwise. */
const changeButton = (view: RunView): Button[] =>
  view.planned && view.asked.runbook === "protect" ? [button(acts.change, "Change …", view.planned.key)] : [];

function cancelButton(view: RunView): Button[] {
  return view.cancel || pastNoReturn(view)
    ? []
    : [button(acts.cancel, hasBegun(view) ? "Cancel and take back" : "Cancel", view.id)];
}

function heldButtons(view: RunView): Button[] {
  const why = view.steps.find((step) => step.phase === "held")?.held?.why ?? view.held?.why;
  switch (why) {
    case "handOff":
      return [button(acts.tryAgain, "Done, look again", view.id, { style: "primary" })];
    case "stop":
      return [button(acts.tryAgain, "Go on", view.id, { style: "primary" })];
    case "arrayApproval":
    case "lock":
    case undefined:
      return [];
  }
}

/** What was done is being taken back, and that is what it is held for. */
const takenBack = (view: RunView): boolean =>
  view.steps.some((step) => {
    const detail = step.phase === "held" ? step.held?.detail : undefined;
    return typeof detail === "object" && detail !== null && "back" in detail && detail.back === true;
  });

const handButton = (view: RunView): Button => button(acts.handToPerson, "Hand to a person", view.id);

function doubtButtons(view: RunView): Button[] {
  const step = view.steps.find((each) => each.phase === "doubted");
  if (!step) return [];
  const value = `${view.id} ${step.planned.id}`;
  return [
    button(acts.checkAgain, "Check again", value, { style: "primary" }),
    button(acts.happened, "It happened", value),
    button(acts.didNot, "It did not", value),
  ];
}
