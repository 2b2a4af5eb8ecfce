import type { App, ViewOutput } from "@slack/bolt";
import { isRunId, type RunId } from "../../core/ids.js";
import type { Reply } from "../../jobs/desk.js";
import { inputAction, modals, reasonBlock, readPlace, wordBlock, type ModalPlace } from "../cards/modals.js";
import { visitorOf, withUnread } from "../conversation.js";
import { typedWord } from "../typed-word.js";
import { askAnew, wrongChoices } from "./changes.js";
import { afterwards, type ClickNeeds } from "./clicks.js";
import { safely } from "./safely.js";

/** Modals that were sent off. What they carry came through Slack, so every id is looked up again, and so is the person. */
export function listenToViews(app: App, needs: ClickNeeds): void {
  app.view({ type: "view_submission", callback_id: /.*/ }, async ({ body, view, ack }) => {
    const place = readPlace(view.private_metadata);
    if (!place) return await safely(() => ack());
    if (view.callback_id === modals.protect) {
      const errors = await wrongChoices(needs, place, view).catch(() => undefined);
      if (errors) return await safely(() => ack({ response_action: "errors", errors }));
      await safely(() => ack());
      const { id } = body.user;
      return await askAnew(needs, place, view, id).catch((error: unknown) =>
        needs.conversation.apologise({ user: id, channel: place.channel, thread: place.thread ?? "" }, error),
      );
    }
    const wrong =
      view.callback_id === modals.confirm ? await wrongWord(needs, place, valueOf(view, wordBlock)) : undefined;
    if (wrong !== undefined)
      return await safely(() => ack({ response_action: "errors", errors: { [wordBlock]: wrong } }));
    await safely(() => ack());
    const click = { user: body.user.id, channel: place.channel, thread: place.thread ?? "", ts: "", blocks: [] };
    try {
      const { reply, run } = await decide(needs, view.callback_id, place, click.user, valueOf(view, reasonBlock));
      await afterwards(needs, click, reply, run);
    } catch (error) {
      await needs.conversation.apologise(click, error);
    }
  });
  app.view({ type: "view_closed", callback_id: /.*/ }, async ({ ack }) => safely(() => ack()));
}

const valueOf = (view: ViewOutput, block: string): string =>
  view.state.values[block]?.[inputAction]?.value?.trim() ?? "";

/** The sentence under the field, when the word is not the one the plan asks for; undefined when it is, or when no plan asks any more. */
async function wrongWord(needs: ClickNeeds, place: ModalPlace, typed: string): Promise<string | undefined> {
  const { desk } = needs.options;
  try {
    const run = await desk.runOfKey(place.of);
    const view = run ? await desk.view(run) : undefined;
    const word = view?.planned?.key === place.of ? typedWord(needs.options, view.planned.plan) : undefined;
    return word === undefined || word === typed ? undefined : `That is not the word. Type ${word} exactly, or go back.`;
  } catch {
    return "I could not read the plan just now. Please send it again in a moment.";
  }
}

async function decide(
  needs: ClickNeeds,
  name: string,
  place: ModalPlace,
  user: string,
  reason: string,
): Promise<{ reply: Reply; run: RunId | undefined }> {
  const { desk } = needs.options;
  const seen = await needs.identity.look(user, place.channel === "" ? undefined : place.channel);
  const visitor = visitorOf(seen);
  const run = isRunId(place.of) ? place.of : await desk.runOfKey(place.of);
  const told = (reply: Reply): { reply: Reply; run: RunId | undefined } => ({
    reply: { ...reply, sentence: withUnread(reply.sentence, seen) },
    run,
  });
  if (name === modals.confirm) return told(await desk.vote(place.of, visitor, "approve"));
  if (name === modals.deny) return told(await desk.vote(place.of, visitor, "deny", reason));
  if (!run) return told({ ok: false, sentence: "I do not know that request (any more). Nothing was changed." });
  if (name === modals.hand) return told(await desk.handToPerson(run, visitor, reason));
  if (name === modals.happened || name === modals.didNot)
    return told(await desk.answerDoubt(run, place.step ?? "", visitor, name, reason));
  return told({ ok: false, sentence: "I do not know that form. Nothing was changed." });
}
