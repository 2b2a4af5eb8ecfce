import type { BootFacts, Person } from "./store.js";
import { useStore } from "./store.js";

const colors = ["#b5446e", "#2f6f8f", "#6b5ca5", "#2e8b67", "#c0723a", "#8a6d3b", "#4a6fa5"];

const colorOf = (id: string): string => {
  const sum = [...id].reduce((total, each) => (total * 31 + each.charCodeAt(0)) % 9973, 7);
  return colors[sum % colors.length] ?? "#4a6fa5";
};

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .map((each) => each[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase();

/** Sluice's picture: water behind a gate. */
function BotPicture() {
  return (
    <svg viewBox="0 0 36 36" className="avatar-picture">
      <rect width="36" height="36" fill="#0b7285" />
      <path d="M7 8h22M10 8v13M18 8v13M26 8v13" stroke="#bfe9ef" strokeWidth="2.4" strokeLinecap="round" />
      <path
        d="M5 24c2.2-2.4 4.3-2.4 6.5 0s4.3 2.4 6.5 0 4.3-2.4 6.5 0 4.3 2.4 6.5 0M5 29.5c2.2-2.4 4.3-2.4 6.5 0s4.3 2.4 6.5 0 4.3-2.4 6.5 0 4.3 2.4 6.5 0"
        fill="none"
        stroke="#fff"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function Avatar({ id, size = 36 }: { id: string; size?: number }) {
  const boot = useStore((state) => state.boot);
  const person = boot?.users.find((each) => each.id === id);
  const style = { width: size, height: size, fontSize: size * 0.4, borderRadius: Math.max(size / 5, 4) };
  if (!person) {
    return (
      <span
        className="avatar"
        style={{ ...style, background: id === "USLACKBOT" ? "#4a154b" : "#0b7285" }}
        aria-hidden="true"
      >
        {id === "USLACKBOT" ? "S" : <BotPicture />}
      </span>
    );
  }
  return (
    <span className="avatar" style={{ ...style, background: colorOf(id) }} aria-hidden="true">
      {initialsOf(person.realName)}
    </span>
  );
}

export function nameOf(boot: BootFacts | undefined, id: string): string {
  if (id === boot?.bot.userId) return boot.bot.name[0]?.toUpperCase() + boot.bot.name.slice(1);
  if (id === "USLACKBOT") return "Slackbot";
  return boot?.users.find((each) => each.id === id)?.realName ?? id;
}

/** What sets a person apart where permissions are concerned. */
export function Chips({ person }: { person: Person }) {
  const boot = useStore((state) => state.boot);
  const stranger = person.team !== undefined && person.team !== boot?.team.id;
  return (
    <span className="chips">
      {person.groups.map((each) => (
        <span key={each} className="chip chip-group">
          @{each}
        </span>
      ))}
      {person.guest === true ? <span className="chip">guest</span> : null}
      {stranger ? <span className="chip chip-warn">other workspace</span> : null}
    </span>
  );
}
