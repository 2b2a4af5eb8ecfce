import { useEffect, useRef, useState } from "react";
import { Avatar, Chips, nameOf } from "./people.js";
import { becomePerson, useStore } from "./store.js";

/** The bar on top: whose eyes one looks through. */
export function TopBar() {
  return (
    <header className="topbar">
      <div className="topbar-left">
        <span className="sim-badge" title="A simulator of Slack. Nothing leaves this machine.">
          Simulated Slack
        </span>
      </div>
      <ActAs />
      <div className="topbar-right">
        <Connection />
      </div>
    </header>
  );
}

function Connection() {
  const connected = useStore((state) => state.connected);
  const name = useStore((state) => nameOf(state.boot, state.boot?.bot.userId ?? ""));
  return (
    <span className="connection" role="status">
      <i className={connected ? "dot dot-on" : "dot"} />
      {connected ? `${name} is connected` : `${name} is not connected`}
    </span>
  );
}

function ActAs() {
  const boot = useStore((state) => state.boot);
  const me = useStore((state) => state.me);
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) menu.current?.querySelector<HTMLElement>("[aria-checked=true]")?.focus();
  }, [open]);
  const person = boot?.users.find((each) => each.id === me);
  if (!boot || !person) return null;
  const choose = (id: string): void => {
    setOpen(false);
    becomePerson(id);
  };
  return (
    <div className="act-as" onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <span className="act-as-label">Act as</span>
      <button
        className="act-as-button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={`Act as: ${person.realName}`}
        onClick={() => setOpen(!open)}
      >
        <Avatar id={me} size={24} />
        <b>{person.realName}</b>
        <span className="act-as-title">{person.title}</span>
        <Chips person={person} />
        <span className="caret-down">▾</span>
      </button>
      {open ? (
        <>
          <div className="shade-clear" onClick={() => setOpen(false)} />
          <div className="menu act-as-menu" role="menu" aria-label="Act as" ref={menu} onKeyDown={moveFocus}>
            <div className="menu-title">See and do everything as</div>
            {boot.users.map((each) => (
              <button
                key={each.id}
                role="menuitemradio"
                aria-checked={each.id === me}
                aria-label={each.realName}
                onClick={() => choose(each.id)}
              >
                <Avatar id={each.id} size={32} />
                <span className="who">
                  <b>{each.realName}</b>
                  <span>{each.title}</span>
                </span>
                <Chips person={each} />
                <span className="checkmark">{each.id === me ? "✓" : ""}</span>
              </button>
            ))}
          </div>
        </>
      ) : null}
    </div>
  );
}

/** Arrow keys walk a menu. */
function moveFocus(event: React.KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitemradio]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}
