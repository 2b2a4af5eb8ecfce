/** A message as `/_control/messages` shows it. */
export interface Shown {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly { readonly type: string; readonly elements?: readonly { readonly action_id?: string }[] }[];
  readonly ephemeral_for?: string;
}

/** Asks a control call of the simulator, by its name with its query. */
export type Control = <T = { ok: boolean; error?: string }>(call: string, body?: object) => Promise<T>;

/** What people do in the simulated Slack, asked for over the wire. */
export interface Hands {
  /** Somebody writes; answers the message's ts, which is its thread. Throws when Slack does not take it. */
  say(text: string, options?: { user?: string; channel?: string; thread?: string }): Promise<string>;
  /** Presses a button of a message: by action id, or by its label. */
  press(
    message: Shown,
    user: string,
    button: { action?: string; label?: string },
    channel?: string,
  ): Promise<{ ok: boolean; error?: string }>;
  /** Everything in a thread, oldest first; with `user`, as that person sees it. */
  thread(ts: string, user?: string, channel?: string): Promise<Shown[]>;
}

/** Every text a reader of the message sees; not those of a question that a button would ask. */
export function textOf(message: Shown): string {
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null)
      for (const [key, each] of Object.entries(value)) {
        if (key === "text" && typeof each === "string") texts.push(each);
        else if (key !== "confirm") walk(each);
      }
  };
  walk(message.blocks);
  return texts.length > 0 ? texts.join("\n") : message.text;
}

/** Action ids of a message's buttons. */
export const buttonsOf = (message: Shown): string[] =>
  message.blocks
    .flatMap((block) => block.elements ?? [])
    .flatMap(({ action_id: id }) => (id === undefined ? [] : [id]));

const home = "C0STORAGE";
const requester = "U0REQUESTER";

/** People of the worlds, who write in #storage unless told otherwise. */
export const handsOn = (control: Control): Hands => ({
  say: async (text, { user = requester, channel = home, thread } = {}) => {
    const body = { channel, user, text, ...(thread === undefined ? {} : { thread_ts: thread }) };
    const said = await control<{ ok: boolean; ts: string; error?: string }>("message", body);
    if (!said.ok) throw new Error(`"${text}" could not be written: ${said.error ?? ""}`);
    return said.ts;
  },
  press: (message, user, { action, label }, channel = home) =>
    control("click", {
      channel,
      ts: message.ts,
      user,
      ...(action === undefined ? {} : { action_id: action }),
      ...(label === undefined ? {} : { text: label }),
    }),
  thread: async (ts, user, channel = home) => {
    const query = new URLSearchParams({ channel, thread_ts: ts, ...(user === undefined ? {} : { user }) });
    return (await control<{ messages: Shown[] }>(`messages?${query.toString()}`)).messages;
  },
});
