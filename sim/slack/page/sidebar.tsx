import { Avatar } from "./people.js";
import { channelIn, dmOf, goTo, useStore, visibleTo, type State } from "./store.js";

/** Messages one has not seen in a channel, and whether one is mentioned in them. */
function unreadIn(state: State, channel: string): { count: number; mention: boolean } {
  const seen = state.read[`${state.me}/${channel}`] ?? "";
  const groups = (state.boot?.groups ?? []).filter((each) => each.users.includes(state.me));
  const marks = [`<@${state.me}>`, ...groups.map((each) => `<!subteam^${each.id}`)];
  const fresh = visibleTo(state.messages[channel] ?? [], state.me).filter(
    (each) => each.ts > seen && each.user !== state.me,
  );
  const mention = fresh.some((each) => {
    const all = each.text + JSON.stringify(each.blocks ?? []);
    return marks.some((mark) => all.includes(mark));
  });
  return { count: fresh.length, mention };
}

export function Sidebar() {
  const boot = useStore((state) => state.boot);
  const state = useStore((each) => each);
  if (!boot) return null;
  const channels = boot.channels.filter((each) => each.kind === "channel" && each.members.includes(state.me));
  const here = channelIn(state.place, state.me);
  return (
    <nav className="sidebar" aria-label="Channels and apps">
      <div className="workspace">
        <span className="workspace-mark">{boot.team.name[0]}</span>
        {boot.team.name}
      </div>
      <div className="sidebar-title">Channels</div>
      {[...channels]
        .sort((a, b) => a.name.localeCompare(b.name))
        .map((each) => (
          <Row
            key={each.id}
            name={each.name}
            active={state.place.kind === "channel" && here === each.id}
            unread={unreadIn(state, each.id)}
            onClick={() => goTo({ kind: "channel", id: each.id })}
          >
            <span className="row-mark" aria-hidden="true">
              #
            </span>
          </Row>
        ))}
      <div className="sidebar-title">Apps</div>
      <Row
        name={boot.bot.name[0]?.toUpperCase() + boot.bot.name.slice(1)}
        active={state.place.kind === "app"}
        unread={unreadIn(state, dmOf(state.me))}
        onClick={() => goTo({ kind: "app", tab: unreadIn(state, dmOf(state.me)).count > 0 ? "messages" : "home" })}
      >
        <Avatar id={boot.bot.userId} size={20} />
      </Row>
      <div className="sidebar-foot">
        This is a simulator. It speaks Slack&rsquo;s own protocol to the bot, so what you see here is what people would
        see in Slack.
      </div>
    </nav>
  );
}

interface RowProps {
  readonly name: string;
  readonly active: boolean;
  readonly unread: { readonly count: number; readonly mention: boolean };
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function Row({ name, active, unread, onClick, children }: RowProps) {
  const fresh = unread.count > 0 && !active;
  return (
    <button
      className={`row${active ? " row-active" : ""}${fresh ? " row-unread" : ""}`}
      aria-current={active ? "page" : undefined}
      onClick={onClick}
    >
      {children}
      <span className="row-name">{name}</span>
      {fresh ? (
        <span className={unread.mention ? "badge badge-mention" : "badge"} aria-label={`${unread.count} unread`}>
          {unread.count}
        </span>
      ) : null}
    </button>
  );
}
