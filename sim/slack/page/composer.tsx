import { useEffect, useRef, useState } from "react";
import { complain, getState, post, useStore } from "./store.js";

interface ComposerProps {
  readonly channel: string;
  readonly threadTs?: string;
  readonly placeholder: string;
  readonly sendLabel: string;
  /** Takes texts the hints put forward. */
  readonly listensToDrafts?: boolean;
}

/** Sends what was typed: a slash command, or a message. Answers whether it went. */
async function send(channel: string, text: string, threadTs: string | undefined): Promise<boolean> {
  const { me, boot } = getState();
  const [word = "", ...rest] = text.trim().split(" ");
  const slash = /^\/[\w-]+$/.test(word);
  if (slash && threadTs === undefined) {
    const answer = await post("command", { channel, user: me, command: word, text: rest.join(" ") });
    complain(answer);
    return answer["error"] !== "unknown_command";
  }
  if (slash && boot?.commands.includes(word)) {
    complain({ ok: false, error: "slash_commands_do_not_work_in_threads" });
    return false;
  }
  const answer = await post("message", {
    channel,
    user: me,
    text,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  });
  complain(answer);
  return answer["ok"] === true;
}

interface Suggestion {
  readonly insert: string;
  readonly name: string;
  readonly note: string;
}

/** What could be meant while a slash command or a mention is being typed. */
function suggestionsFor(text: string): Suggestion[] {
  const { boot } = getState();
  if (!boot) return [];
  if (/^\/[\w-]*$/.test(text)) {
    return boot.commands
      .filter((each) => each.startsWith(text))
      .map((each) => ({ insert: `${each} `, name: each, note: "Plans, asks for approval, does it, proves it" }));
  }
  const mention = /(^|\s)@([\w-]*)$/.exec(text);
  if (!mention) return [];
  const start = text.slice(0, text.length - (mention[2]?.length ?? 0));
  const names = [
    { name: boot.bot.name, note: "APP" },
    ...boot.users.map((each) => ({ name: each.name, note: each.realName })),
  ];
  return names
    .filter((each) => each.name.startsWith((mention[2] ?? "").toLowerCase()))
    .map((each) => ({ insert: `${start}${each.name} `, name: `@${each.name}`, note: each.note }));
}

export function Composer({ channel, threadTs, placeholder, sendLabel, listensToDrafts = false }: ComposerProps) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const box = useRef<HTMLTextAreaElement>(null);
  const draft = useStore((state) => state.draft);
  const suggestions = suggestionsFor(text);
  useEffect(() => {
    if (!listensToDrafts || draft.count === 0) return;
    setText(draft.text);
    box.current?.focus();
  }, [draft, listensToDrafts]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, 180)}px`;
  }, [text]);
  const submit = (): void => {
    const sent = text;
    if (sent.trim() === "") return;
    setText("");
    void send(channel, sent, threadTs).then((went) => {
      if (!went) setText((now) => (now === "" ? sent : now));
    });
  };
  const insert = (suggestion: Suggestion | undefined): void => {
    if (suggestion) setText(suggestion.insert);
    setChosen(0);
    box.current?.focus();
  };
  const start = (what: string): void => {
    setText((before) => (what === "/" ? "/" : `${before}${before === "" || before.endsWith(" ") ? "" : " "}@`));
    box.current?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (suggestions.length > 0 && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      setChosen((chosen + (event.key === "ArrowDown" ? 1 : suggestions.length - 1)) % suggestions.length);
    } else if (suggestions.length > 0 && ["Tab", "Enter"].includes(event.key) && !event.shiftKey) {
      event.preventDefault();
      insert(suggestions[Math.min(chosen, suggestions.length - 1)]);
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <div className="composer">
      {suggestions.length > 0 ? (
        <div className="menu composer-menu" role="listbox" aria-label="Suggestions">
          {suggestions.map((each, i) => (
            <button
              key={each.name}
              role="option"
              aria-selected={i === chosen}
              className={i === chosen ? "chosen" : ""}
              onClick={() => insert(each)}
            >
              <b>{each.name}</b> <span>{each.note}</span>
            </button>
          ))}
        </div>
      ) : null}
      <div className="composer-box">
        <textarea
          ref={box}
          rows={1}
          value={text}
          placeholder={placeholder}
          aria-label={threadTs === undefined ? placeholder : "Reply in thread"}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="composer-bar">
          <button title="Slash command" aria-label="Slash command" onClick={() => start("/")}>
            /
          </button>
          <button title="Mention someone" aria-label="Mention someone" onClick={() => start("@")}>
            @
          </button>
          <span className="composer-tip">
            <b>Enter</b> to send, <b>Shift+Enter</b> for a new line
          </span>
          <button className="send" aria-label={sendLabel} disabled={text.trim() === ""} onClick={submit}>
            <svg viewBox="0 0 20 20">
              <path
                d="M3 3.2c0-.6.6-1 1.1-.7l13.2 6.8c.6.3.6 1.1 0 1.4L4.1 17.5c-.5.3-1.1-.1-1.1-.7l1.2-5.4L10.5 10 4.2 8.6 3 3.2Z"
                fill="currentColor"
              />
            </svg>
          </button>
        </div>
      </div>
    </div>
  );
}
