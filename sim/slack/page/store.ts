import { useSyncExternalStore } from "react";
import type { BootFacts } from "../live.js";
import type { Message, Obj, PageEvent } from "../types.js";

export type { BootFacts } from "../live.js";
export type Person = BootFacts["users"][number];
export type Place =
  { readonly kind: "channel"; readonly id: string } | { readonly kind: "app"; readonly tab: "home" | "messages" };

export interface State {
  readonly boot: BootFacts | undefined;
  /** Who you are. */
  readonly me: string;
  readonly place: Place;
  /** The open thread: channel and parent. */
  readonly thread: { readonly channel: string; readonly ts: string } | undefined;
  readonly messages: { readonly [channel: string]: readonly Message[] };
  readonly modals: readonly Obj[];
  readonly home: Obj | null;
  /** Newest message seen, by person and channel. */
  readonly read: { readonly [key: string]: string };
  readonly connected: boolean;
  readonly typing: { readonly [thread: string]: string };
  readonly notice: string | undefined;
  /** Text put into the composer from outside (the hints); `count` tells equal ones apart. */
  readonly draft: { readonly text: string; readonly count: number };
}

let state: State = {
  boot: undefined,
  me: "",
  place: { kind: "channel", id: "" },
  thread: undefined,
  messages: {},
  modals: [],
  home: null,
  read: {},
  connected: false,
  typing: {},
  notice: undefined,
  draft: { text: "", count: 0 },
};
const watchers = new Set<() => void>();

export function setState(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const each of watchers) each();
}

export const getState = (): State => state;

const subscribe = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export function useStore<T>(select: (state: State) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(path)).json()) as T;
}

/** A control call; `{ok:false,error}` comes back as an answer, a lost connection too. */
export async function post(path: string, body: Obj): Promise<Obj> {
  try {
    const response = await fetch(`/_control/${path}`, { method: "POST", body: JSON.stringify(body) });
    return (await response.json()) as Obj;
  } catch {
    return { ok: false, error: "simulator_unreachable" };
  }
}

const sentences: { readonly [error: string]: string } = {
  app_did_not_respond: "Sluice did not respond in time. Is it running?",
  simulator_unreachable: "The simulator cannot be reached.",
  no_such_button: "That button is no longer there.",
  message_not_found: "That message is gone.",
  unknown_command: "That slash command does not exist here. Try /sluice.",
  not_in_channel: "You are not in this channel.",
};

/** Shows for a few seconds what could not be done. */
export function complain(answer: Obj): void {
  if (answer["ok"] === true) return;
  const code = String(answer["error"]);
  const notice = sentences[code] ?? `That did not work: ${code.replace(/_/g, " ")}.`;
  setState({ notice });
  setTimeout(() => {
    if (state.notice === notice) setState({ notice: undefined });
  }, 6_000);
}

/** Messages one person sees, oldest first. */
export function visibleTo(messages: readonly Message[], me: string): Message[] {
  return messages.filter((each) => each.ephemeral_for === undefined || each.ephemeral_for === me);
}

export const dmOf = (me: string): string => `D${me.slice(1)}`;

/** The channel one looks at, direct messages included. */
export function channelIn(place: Place, me: string): string {
  return place.kind === "channel" ? place.id : dmOf(me);
}

function hear(event: PageEvent): void {
  switch (event.type) {
    case "message":
      return upsert(event.message);
    case "deleted":
      return drop(event.channel, event.ts);
    case "views":
      if (event.user === state.me) void loadModals();
      return;
    case "home":
      if (event.user === state.me) void loadHome(false);
      return;
    case "presence":
      return setState({ connected: event.connected });
    case "typing":
      return setState({ typing: { ...state.typing, [`${event.channel}/${event.thread_ts}`]: event.status } });
    case "people":
      void loadBoot();
      return;
    case "reset":
      void load();
      return;
  }
}

function upsert(message: Message): void {
  const list = state.messages[message.channel] ?? [];
  const at = list.findIndex((each) => each.ts === message.ts);
  const next = at < 0 ? [...list, message] : list.map((each, i) => (i === at ? message : each));
  setState({ messages: { ...state.messages, [message.channel]: next } });
  if (at < 0) openAnsweredThread(message);
}

/** The first answer in the thread you started last opens it: that is where the work will be seen. */
function openAnsweredThread(message: Message): void {
  if (message.thread_ts === undefined || message.bot_id === undefined) return;
  if (state.thread && Number(state.thread.ts) >= Number(message.thread_ts)) return;
  const parent = (state.messages[message.channel] ?? []).find((each) => each.ts === message.thread_ts);
  if (parent?.user !== state.me || channelIn(state.place, state.me) !== message.channel) return;
  setState({ thread: { channel: message.channel, ts: message.thread_ts } });
}

function drop(channel: string, ts: string): void {
  const list = (state.messages[channel] ?? []).filter((each) => each.ts !== ts);
  setState({ messages: { ...state.messages, [channel]: list } });
}

export async function loadModals(): Promise<void> {
  const { views } = await get<{ views: Obj[] }>(`/_control/views?user=${state.me}`);
  setState({ modals: views });
}

/** `open`: as a person opening the tab, of which the app hears. */
export async function loadHome(open: boolean): Promise<void> {
  const { me } = state;
  const { home } = await get<{ home: Obj | null }>(`/_control/home?user=${me}&open=${open}`);
  if (state.me === me) setState({ home });
}

async function loadBoot(): Promise<BootFacts> {
  const boot = await get<BootFacts>("/_page/boot");
  setState({ boot, connected: boot.connected });
  return boot;
}

async function load(): Promise<void> {
  const { messages } = await get<{ messages: Message[] }>("/_control/messages");
  const byChannel: { [channel: string]: Message[] } = {};
  for (const each of messages) (byChannel[each.channel] ??= []).push(each);
  setState({ messages: byChannel, thread: undefined });
  await loadModals();
}

/** Who and where you are is in the address, so that two tabs can be two people. */
function remember(): void {
  const query = new URLSearchParams({ as: state.me });
  if (state.place.kind === "channel") query.set("channel", state.place.id);
  else query.set("app", state.place.tab);
  history.replaceState(null, "", `?${query}`);
}

export async function start(): Promise<void> {
  const boot = await loadBoot();
  const query = new URLSearchParams(location.search);
  const wanted = query.get("channel");
  const channel =
    boot.channels.find((each) => each.id === wanted) ??
    boot.channels.find((each) => each.name === "storage") ??
    boot.channels[0];
  const tab = query.get("app");
  const place: Place =
    tab === "home" || tab === "messages" ? { kind: "app", tab } : { kind: "channel", id: channel?.id ?? "" };
  const me = boot.users.find((each) => each.id === query.get("as")) ?? boot.users[0];
  setState({ me: me?.id ?? "", place });
  document.title = `${boot.team.name} (simulated Slack)`;
  await load();
  const events = new EventSource("/_page/events");
  events.onmessage = (event: MessageEvent<string>) => hear(JSON.parse(event.data) as PageEvent);
  let lost = false;
  events.onerror = () => (lost = true);
  events.onopen = () => {
    if (lost) void loadBoot().then(load);
    lost = false;
  };
  goTo(place);
}

export function becomePerson(me: string): void {
  setState({ me, modals: [], home: null });
  if (state.thread?.channel.startsWith("D")) setState({ thread: undefined });
  void loadModals();
  if (state.place.kind === "app" && state.place.tab === "home") void loadHome(true);
  remember();
}

export function goTo(place: Place): void {
  const channel = channelIn(place, state.me);
  setState({ place, ...(state.thread?.channel === channel ? {} : { thread: undefined }) });
  if (place.kind === "app" && place.tab === "home") void loadHome(true);
  remember();
}

export const openThread = (channel: string, ts: string): void => setState({ thread: { channel, ts } });
export const closeThread = (): void => setState({ thread: undefined });
export const putDraft = (text: string): void => setState({ draft: { text, count: state.draft.count + 1 } });

export function markRead(channel: string, ts: string): void {
  const key = `${state.me}/${channel}`;
  if ((state.read[key] ?? "") < ts) setState({ read: { ...state.read, [key]: ts } });
}
