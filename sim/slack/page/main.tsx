import { createRoot } from "react-dom/client";
import { ConversationView, ThreadPanel } from "./conversation.js";
import { Avatar } from "./people.js";
import { Sidebar } from "./sidebar.js";
import { dmOf, goTo, start, useStore } from "./store.js";
import { TopBar } from "./topbar.js";
import { HomeTab, Modals } from "./views.js";

function Page() {
  const ready = useStore((state) => state.boot !== undefined && state.me !== "");
  const notice = useStore((state) => state.notice);
  if (!ready) return <div className="loading">Opening the workspace…</div>;
  return (
    <div className="page">
      <TopBar />
      <Sidebar />
      <main className="content">
        <Pane />
        <ThreadPanel />
      </main>
      <Modals />
      {notice === undefined ? null : (
        <div className="notice" role="alert">
          {notice}
        </div>
      )}
    </div>
  );
}

function Pane() {
  const place = useStore((state) => state.place);
  return (
    <section className="pane">
      {place.kind === "channel" ? <ChannelPane id={place.id} /> : <AppPane tab={place.tab} />}
    </section>
  );
}

function ChannelPane({ id }: { id: string }) {
  const channel = useStore((state) => state.boot?.channels.find((each) => each.id === id));
  const name = `#${channel?.name ?? id}`;
  return (
    <>
      <div className="pane-head">
        <h1>{name}</h1>
        {channel?.shared === true ? <span className="app-badge">SHARED WITH ANOTHER WORKSPACE</span> : null}
        <span className="pane-members">{channel?.members.length ?? 0} members</span>
      </div>
      <ConversationView channel={id} name={name} />
    </>
  );
}

function AppPane({ tab }: { tab: "home" | "messages" }) {
  const bot = useStore((state) => state.boot?.bot);
  const me = useStore((state) => state.me);
  const name = bot ? bot.name[0]?.toUpperCase() + bot.name.slice(1) : "";
  return (
    <>
      <div className="pane-head pane-head-app">
        <Avatar id={bot?.userId ?? ""} size={28} />
        <h1>{name}</h1>
        <span className="app-badge">APP</span>
        <div className="tabs" role="tablist">
          {(["home", "messages"] as const).map((each) => (
            <button key={each} role="tab" aria-selected={tab === each} onClick={() => goTo({ kind: "app", tab: each })}>
              {each === "home" ? "Home" : "Messages"}
            </button>
          ))}
        </div>
      </div>
      {tab === "home" ? <HomeTab /> : <ConversationView channel={dmOf(me)} name={name} />}
    </>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(<Page />);
  void start();
}
