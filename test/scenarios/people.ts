import { derived } from "../../src/core/derived.js";
import { peeringSecret } from "../../src/runbooks/steps/peerClusters.js";
import { buttonsOf, textOf, type Shown } from "../../sim/slack/hands.js";
import { until, type Scene } from "./app.js";

/** A step that a person did: the text that was shown for it, and where. */
export interface Handed {
  readonly cluster: string;
  readonly text: string;
}

/** What came of a sentence: the card at its end, every text in its thread, and what people did by hand for it. */
export interface Outcome {
  readonly thread: string;
  readonly card: string;
  readonly told: string;
  /** The plans that were approved, as they were read. */
  readonly plans: string;
  readonly byHand: readonly Handed[];
}

export interface CarryOut {
  readonly user?: string;
  /** The word that the approvers type where it is asked for. */
  readonly word?: string;
  /** Who says yes, in this order, until no yes is missing. */
  readonly approvers?: readonly string[];
  /** The cluster whose administrator does what a card hands off, unless its text names a file there. */
  readonly cluster?: string;
}

const isCard = (message: Shown): boolean => message.blocks[0]?.type === "header";

/** What a text in a thread tells to type, all its pieces, without Slack's escaping. */
export const typedIn = (text: string): string =>
  [...text.matchAll(/```([\s\S]*?)```/g)]
    .map(([, piece]) => piece)
    .join("\n")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** The bot's messages in a thread, oldest first. */
async function botIn(scene: Scene, thread: string): Promise<Shown[]> {
  return (await scene.thread(thread)).filter(({ user }) => user === scene.world.world.slack.bot.userId);
}

/** Fills the one field of the modal that opened for somebody, and sends it. */
export async function fillModal(scene: Scene, user: string, block: string, value: string): Promise<void> {
  const view = await until(async () => {
    const { views } = await scene.control<{ views: { id: string }[] }>(`views?user=${user}`);
    return views.at(-1);
  }, `a modal for ${user}`);
  const values = { [block]: { value: { type: "plain_text_input", value } } };
  const sent = await scene.control<{ ok: boolean; errors?: object }>("submit", { view_id: view.id, user, values });
  if (!sent.ok) throw new Error(`the modal was not taken: ${JSON.stringify(sent)}`);
}

/** The status line of a card that will not change by itself. */
const over =
  /^\*(Done|Half done|Failed, everything taken back|Cancelled.*|Handed to a person|Not possible|Denied|Expired|Stopped, needs a person)\*/m;

/**
 * Somebody asks; the approvers say yes to every plan that asks for it; what a card hands off is typed into the cluster by its administrator,
 * and Done is pressed; and so on until the card says how it ended. Any other end than Done is an error with the whole thread.
 */
export async function carryOut(scene: Scene, sentence: string, options: CarryOut = {}): Promise<Outcome> {
  const thread = await scene.say(sentence, options.user === undefined ? {} : { user: options.user });
  return seeThrough(scene, thread, options);
}

/** The same from where a thread stands now. */
export async function seeThrough(scene: Scene, thread: string, options: CarryOut = {}): Promise<Outcome> {
  const byHand: Handed[] = [];
  const plans = new Map<string, string>();
  const handled = new Set<string>();
  for (;;) {
    const card = await nextCard(scene, thread, handled);
    const text = textOf(card);
    handled.add(keyOf(card));
    const buttons = buttonsOf(card);
    if (buttons.includes("run:approve")) {
      plans.set(card.ts, text);
      await approve(scene, card, options);
    } else if (buttons.includes("run:happened")) {
      await press(scene, card, "U0STORAGE", { action: "run:happened" });
      await fillModal(scene, "U0STORAGE", "reason", "I have looked at the array with its operator");
    } else if (!over.test(text)) {
      const handed = { cluster: options.cluster ?? "ali-ontap-01", text: await handedText(scene, thread, text) };
      byHand.push(handed);
      await scene.type(handed.cluster, handed.text, passphraseFor(scene, handed.text));
      await press(scene, card, "U0STORAGE2", { label: "Done, look again" });
    } else {
      const told = (await botIn(scene, thread)).map(textOf).join("\n---\n");
      if (!/^\*Done\*/m.test(text)) throw new Error(`it did not go through:\n${told}`);
      return { thread, card: text, told, plans: [...plans.values()].join("\n---\n"), byHand };
    }
  }
}

/** The newest card of a thread, once somebody has to do something about it that nobody has done yet, or once it is over. */
const nextCard = (scene: Scene, thread: string, handled: ReadonlySet<string>): Promise<Shown> => {
  let last: Shown | undefined;
  return until(
    async () => {
      last = (await botIn(scene, thread)).findLast(isCard);
      if (!last || handled.has(keyOf(last))) return undefined;
      const buttons = buttonsOf(last);
      const asks = ["run:approve", "run:tryAgain", "run:happened"].some((each) => buttons.includes(each));
      return asks || over.test(textOf(last)) ? last : undefined;
    },
    "a card that asks for something or is over",
    () => `It reads:\n${last ? textOf(last) : "nothing"}`,
  );
};

/** What makes a card another one for who looks at it. */
const keyOf = (card: Shown): string => `${card.ts} ${textOf(card)}`;

/** The next of those who may say yes does, and types the word where it is asked for. */
async function approve(
  scene: Scene,
  card: Shown,
  { word, approvers = ["U0STORAGE", "U0APPOWNER"] }: CarryOut,
): Promise<void> {
  const given = Number(/Waiting for approval \((\d+) of/.exec(textOf(card))?.[1] ?? 0);
  const user = approvers[given];
  if (user === undefined) throw new Error(`nobody is left to say yes:\n${textOf(card)}`);
  await press(scene, card, user, { action: "run:approve" });
  if (word !== undefined && (await wantsWord(scene, card, user))) await fillModal(scene, user, "word", word);
}

/** A plan with no way back opens a modal that wants a word typed; any other takes the vote as it is. */
const wantsWord = (scene: Scene, card: Shown, user: string): Promise<boolean> =>
  until(async () => {
    const { views } = await scene.control<{ views: unknown[] }>(`views?user=${user}`);
    if (views.length > 0) return true;
    const now = (await scene.thread(card.thread_ts ?? card.ts)).find((each) => each.ts === card.ts);
    return now !== undefined && textOf(now) !== textOf(card) ? false : undefined;
  }, "the vote, or a modal that wants a word");

async function press(
  scene: Scene,
  card: Shown,
  user: string,
  button: { action?: string; label?: string },
): Promise<void> {
  const answer = await scene.press(card, user, button);
  if (!answer.ok) throw new Error(`${JSON.stringify(button)} could not be pressed: ${answer.error ?? ""}`);
}

/** The text on the card, or the pages of it in the thread where it is long. */
async function handedText(scene: Scene, thread: string, card: string): Promise<string> {
  if (!card.includes("whole in the thread")) return typedIn(card);
  return typedIn(textOf(await scene.reply(thread, /ONTAP CLI:[\s\S]*Or REST:/)));
}

/** What `sluice passphrase RUN` prints, where the text asks for it. */
function passphraseFor(scene: Scene, text: string): string {
  const run = /npx sluice passphrase (r\w+)/.exec(text)?.[1];
  return run === undefined ? "" : derived(scene.world.secrets["SLUICE_KEY"] ?? "", run, peeringSecret);
}
