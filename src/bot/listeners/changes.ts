import type { ViewOutput } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { RunView } from "../../core/fold.js";
import { inputAction, type ModalPlace } from "../cards/modals.js";
import { choiceBlocks, choicesIn, protectForm, readChoices, type Choices } from "../cards/protect-form.js";
import { visitorOf, type Conversation } from "../conversation.js";
import type { Identity } from "../identity.js";
import type { BotOptions } from "../options.js";

interface Needs {
  readonly options: BotOptions;
  readonly conversation: Conversation;
  readonly identity: Identity;
}

/** The run a card's key belongs to, while its plan can still be another one. */
async function openPlan({ options: { desk } }: Needs, key: string): Promise<RunView | undefined> {
  const run = await desk.runOfKey(key);
  const view = run ? await desk.view(run) : undefined;
  return view?.planned?.key === key && view.status === "deciding" && view.asked.runbook === "protect"
    ? view
    : undefined;
}

/** The form behind "Change …"; undefined when that plan is not open any more. */
export async function changeForm(needs: Needs, place: ModalPlace): Promise<ModalView | undefined> {
  const view = await openPlan(needs, place.of);
  return view?.planned ? protectForm(place, choicesIn(view.planned.plan)) : undefined;
}

export const gone = "That plan is not open any more. Nothing was changed; ask for it anew.";

/** What is wrong with the fields, by block; undefined when it can be asked for. */
export async function wrongChoices(
  needs: Needs,
  place: ModalPlace,
  view: ViewOutput,
): Promise<Record<string, string> | undefined> {
  const open = await openPlan(needs, place.of);
  if (!open?.planned) return undefined;
  const before = choicesIn(open.planned.plan);
  const read = readChoices(typedIn(view), before, before.timeZone ?? open.asked.timeZone);
  return "errors" in read ? read.errors : undefined;
}

/**
 * Asks anew with what was chosen, in the name of whoever sent the form off. The first plan is given up if that is the one who had asked for it. Everything in it is
 * checked again when it is planned.
 */
export async function askAnew(needs: Needs, place: ModalPlace, view: ViewOutput, user: string): Promise<void> {
  const to = { user, channel: place.channel, thread: place.thread ?? "" };
  const open = await openPlan(needs, place.of);
  if (!open?.planned) return await needs.conversation.tell(to, gone);
  const before = choicesIn(open.planned.plan);
  const read = readChoices(typedIn(view), before, before.timeZone ?? open.asked.timeZone);
  if ("errors" in read) return await needs.conversation.tell(to, "I could not read that form. Nothing was changed.");
  if (Object.keys(read.request).length === 0)
    return await needs.conversation.tell(to, "Nothing in it differs from the plan, so the plan stays as it is.");
  const request = { ...(open.asked.request as Record<string, never>), ...read.request };
  const heard = {
    ...to,
    text: `${open.asked.text} (changed)`,
    eventId: `m-${view.id}`,
    addressed: true,
    ephemeral: false,
  };
  if (!(await needs.conversation.demand(heard, "protect", request))) return;
  const seen = await needs.identity.look(user, place.channel === "" ? undefined : place.channel);
  const { asked } = open;
  if (asked.by.user === seen.person.user && asked.by.team === seen.person.team)
    await needs.options.desk.cancel(open.id, visitorOf(seen), "asked for with other choices");
}

function typedIn(view: ViewOutput): Choices {
  const of = (block: string): string => {
    const state = view.state.values[block]?.[inputAction];
    return (state?.selected_option?.value ?? state?.value ?? "").trim();
  };
  return Object.fromEntries(choiceBlocks.map((each) => [each, of(each)])) as unknown as Choices;
}
