import type { App, BlockAction } from "@slack/bolt";
import type { KnownBlock, ModalView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../../core/clock.js";
import { isRunId, type RunId } from "../../core/ids.js";
import type { Reply } from "../../jobs/desk.js";
import { acts, insteadOf } from "../cards/buttons.js";
import { confirmModal, reasonModal, type ModalPlace } from "../cards/modals.js";
import { visitorOf, withUnread, type Conversation } from "../conversation.js";
import type { Drawer } from "../drawer.js";
import type { Identity } from "../identity.js";
import type { BotOptions } from "../options.js";
import type { Poster } from "../poster.js";
import { context, section } from "../blocks.js";
import { escapedLine, mention } from "../text.js";
import { lostBy, typedWord } from "../typed-word.js";
import { changeForm, gone } from "./changes.js";
import { safely } from "./safely.js";

export interface ClickNeeds {
  readonly options: BotOptions;
  readonly conversation: Conversation;
  readonly identity: Identity;
  readonly drawer: Drawer;
  readonly poster: Poster;
  /** For modals: a trigger lives three seconds. */
  readonly interactive: WebClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One click, as far as it can be trusted: ids, and what the button carries. */
export interface Click {
  readonly user: string;
  /** Empty: not in a conversation (Home tab). */
  readonly channel: string;
  readonly ts: string;
  readonly thread: string;
  readonly act: string;
  readonly value: string;
  readonly block: string;
  readonly trigger: string;
  readonly blocks: readonly KnownBlock[];
  readonly respond?: (text: string) => Promise<unknown>;
}

/** Buttons of every message of ours. One listener for all of them: every click is acknowledged first, and none falls through. */
export function listenToClicks(app: App, needs: ClickNeeds): void {
  app.action(/.*/, async ({ body, action, ack, respond }) => {
    await safely(() => ack());
    if (body.type !== "block_actions" || (action.type !== "button" && action.type !== "static_select")) return;
    const pressed = action.type === "button" ? action : { ...action, value: action.selected_option.value };
    const click = readClick(body, pressed, (text) =>
      respond({ response_type: "ephemeral", replace_original: false, text }),
    );
    try {
      await handle(needs, click);
    } catch (error) {
      await needs.conversation.apologise(click, error);
    }
  });
  app.options(/.*/, async ({ ack }) => safely(() => ack({ options: [] })));
  app.shortcut(/.*/, async ({ ack }) => safely(() => ack()));
}

/** The part of a button's payload that is read here. */
interface Pressed {
  readonly action_id?: string | undefined;
  readonly block_id?: string | undefined;
  readonly value?: string | undefined;
}

function readClick(body: BlockAction, action: Pressed, respond: (text: string) => Promise<unknown>): Click {
  const container = body.container as { message_ts?: string; thread_ts?: string; channel_id?: string };
  const message = body.message as { ts?: string; thread_ts?: string; blocks?: KnownBlock[] } | undefined;
  const ts = container.message_ts ?? message?.ts ?? "";
  return {
    user: body.user.id,
    channel: body.channel?.id ?? container.channel_id ?? "",
    ts,
    thread: container.thread_ts ?? message?.thread_ts ?? ts,
    act: action.action_id ?? "",
    value: action.value ?? "",
    block: action.block_id ?? "",
    trigger: body.trigger_id,
    blocks: message?.blocks ?? [],
    ...(body.response_url ? { respond } : {}),
  };
}

async function handle(needs: ClickNeeds, click: Click): Promise<void> {
  if (click.act.startsWith("say:")) return await say(needs, click);
  switch (click.act) {
    case acts.approve:
      return await approve(needs, click);
    case acts.deny:
      return await openModal(needs, click, reasonModal("deny", placeOf(click, click.value)));
    case acts.cancel:
      return await onRun(needs, click, (run, visitor) => needs.options.desk.cancel(run, visitor));
    case acts.tryAgain:
      return await onRun(needs, click, (run, visitor) => needs.options.desk.tryAgain(run, visitor));
    case acts.checkAgain:
      return await onRun(needs, click, (run, visitor, step) =>
        needs.options.desk.answerDoubt(run, step, visitor, "checkAgain", "Check again was pressed"),
      );
    case acts.happened:
      return await askWhy(needs, click, "happened");
    case acts.didNot:
      return await askWhy(needs, click, "didNot");
    case acts.change:
      return await change(needs, click);
    case acts.handToPerson:
      return await askWhy(needs, click, "hand");
    default:
      // A link's button is a click too; there is nothing to do.
      return;
  }
}

async function change(needs: ClickNeeds, click: Click): Promise<void> {
  const form = await changeForm(needs, placeOf(click, click.value));
  if (form) return await openModal(needs, click, form);
  await afterwards(needs, click, { ok: false, sentence: gone }, await needs.options.desk.runOfKey(click.value));
}

const placeOf = (click: Click, of: string, step?: string): ModalPlace => ({
  channel: click.channel,
  thread: click.thread,
  of,
  ...(step === undefined ? {} : { step }),
});

async function approve(needs: ClickNeeds, click: Click): Promise<void> {
  const { desk } = needs.options;
  const run = await desk.runOfKey(click.value);
  const view = run ? await desk.view(run) : undefined;
  const plan = view?.planned?.key === click.value && view.status === "deciding" ? view.planned.plan : undefined;
  const word = plan ? typedWord(needs.options, plan) : undefined;
  if (plan && word !== undefined)
    return await openModal(needs, click, confirmModal(placeOf(click, click.value), word, lostBy(plan)));
  const seen = await needs.identity.look(click.user, click.channel);
  const reply = await desk.vote(click.value, visitorOf(seen), "approve");
  await afterwards(needs, click, { ...reply, sentence: withUnread(reply.sentence, seen) }, run);
}

async function openModal(needs: ClickNeeds, click: Click, view: ModalView): Promise<void> {
  await needs.interactive.views.open({ trigger_id: click.trigger, view });
}

/** Buttons that carry a run's id, and a step's behind it. */
async function onRun(
  needs: ClickNeeds,
  click: Click,
  act: (run: RunId, visitor: ReturnType<typeof visitorOf>, step: string) => Promise<Reply>,
): Promise<void> {
  const [run = "", step = ""] = click.value.split(" ");
  if (!isRunId(run)) return await afterwards(needs, click, unknown, undefined);
  const seen = await needs.identity.look(click.user, click.channel);
  const reply = await act(run, visitorOf(seen), step);
  await afterwards(needs, click, { ...reply, sentence: withUnread(reply.sentence, seen) }, run);
}

const unknown: Reply = { ok: false, sentence: "I do not know that request (any more). Nothing was changed." };

async function askWhy(needs: ClickNeeds, click: Click, name: "happened" | "didNot" | "hand"): Promise<void> {
  const [run = "", step] = click.value.split(" ");
  if (!isRunId(run)) return await afterwards(needs, click, unknown, undefined);
  const view = await needs.options.desk.view(run);
  const about = view?.steps.find((each) => each.planned.id === step)?.planned.says;
  await openModal(needs, click, reasonModal(name, placeOf(click, run, step), about));
}

/** A no is said to the one who pressed, and the card is drawn again, since a button that says no is often an old one. */
export async function afterwards(
  needs: ClickNeeds,
  click: Pick<Click, "channel" | "user" | "thread" | "respond" | "ts" | "blocks">,
  reply: Reply,
  run: RunId | undefined,
): Promise<void> {
  if (reply.ok) return;
  await needs.conversation.tell(click, reply.sentence);
  const card = run ? await needs.options.desk.card(run) : undefined;
  if (run && card) await needs.drawer.draw(run);
  if (click.ts !== "" && (!card || card.ts !== click.ts)) await strip(needs, click, "_These buttons are out of date._");
}

/** Takes the buttons off a message that is not the run's card, so that nobody presses them again. */
async function strip(needs: ClickNeeds, click: Pick<Click, "channel" | "ts" | "blocks">, note: string): Promise<void> {
  if (click.channel === "" || !click.blocks.some((each) => each.type === "actions")) return;
  const blocks = [...click.blocks.filter((each) => each.type !== "actions"), context(note)];
  await needs.poster
    .update(click.channel, click.ts, { text: "These buttons are out of date.", blocks })
    .catch((error: unknown) => needs.log.debug({ reason: String(error) }, "old buttons could not be taken away"));
}

/** A button that says a sentence in the presser's name. */
async function say(needs: ClickNeeds, click: Click): Promise<void> {
  const home = click.channel === "";
  const channel = home ? await needs.poster.directTo(click.user) : click.channel;
  const chooses = click.block === "choose";
  const taken = await needs.conversation.hear({
    text: click.value,
    user: click.user,
    channel,
    thread: home ? "" : click.thread,
    eventId: sayId(click, chooses, needs.clock.now()),
    addressed: true,
    ephemeral: false,
    ...(click.respond ? { respond: click.respond } : {}),
  });
  if (taken && click.block.startsWith(insteadOf)) await replaced(needs, click);
  if (!taken || !chooses || click.ts === "") return;
  const chosen = section(`${mention(click.user)}: “${escapedLine(click.value, 500)}”`);
  const blocks = [...click.blocks.filter((each) => each.type !== "actions"), chosen];
  // An ephemeral message cannot be updated; its buttons then say the same thing once more, which is recognised.
  await needs.poster.update(click.channel, click.ts, { text: click.value, blocks }).catch(() => undefined);
}

/** Who chooses something else on the card of their own request does not want the first any more. Anybody else's choice is a request beside it. */
async function replaced(needs: ClickNeeds, click: Click): Promise<void> {
  const { desk } = needs.options;
  const run = click.block.slice(insteadOf.length);
  const view = isRunId(run) ? await desk.view(run) : undefined;
  const seen = await needs.identity.look(click.user, click.channel);
  const { user, team } = seen.person;
  if (view?.status !== "deciding" || view.asked.by.user !== user || view.asked.by.team !== team) return;
  await desk.cancel(view.id, visitorOf(seen), `asked for instead: ${click.value}`);
}

/**
 * An ask-back is answered once, whoever presses. Other buttons may be pressed again, but not by one trembling finger: a minute apart. Of a
 * list each sentence counts by itself.
 */
function sayId(click: Click, chooses: boolean, now: number): string {
  const where = click.ts === "" ? "home" : `${click.channel}-${click.ts}`;
  const act = click.act.startsWith("say:list") ? `${click.act}-${click.value}` : click.act;
  const id = chooses ? `s-${where}` : `s-${where}-${act}-${click.user}-${Math.floor(now / 60_000)}`;
  return id.replace(/[^\w.-]/g, "-");
}
