import type { ServerResponse } from "node:http";
import type { Reply } from "./server.js";
import type { PageEvent } from "./types.js";
import type { Workspace } from "./workspace.js";

/** Server-sent events for pages: everything people could see, as it happens. */
export class Live {
  private readonly pages = new Set<ServerResponse>();
  private readonly stop: () => void;

  constructor(space: Workspace) {
    this.stop = space.watch((event) => this.send(event));
  }

  private send(event: PageEvent): void {
    for (const each of this.pages) each.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  /** Takes a page's connection over. */
  open(): Reply {
    return {
      stream: (response) => {
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        response.write(": hello\n\n");
        this.pages.add(response);
        response.once("close", () => this.pages.delete(response));
      },
    };
  }

  close(): void {
    this.stop();
    for (const each of this.pages) each.end();
  }
}

/** What the page has to know before it can draw anything. */
export function bootFacts(space: Workspace, connected: boolean, commands: readonly string[]) {
  const { team, bot, users, hints } = space.world;
  return {
    ok: true,
    team,
    bot,
    users: users.map((each) => ({
      ...each,
      groups: [...space.groups.values()].filter((group) => group.users.includes(each.id)).map((group) => group.handle),
    })),
    groups: [...space.groups.values()],
    channels: [...space.channels.values()].map(({ members, ...rest }) => ({ ...rest, members: [...members] })),
    commands,
    hints,
    connected,
    now: space.clock.now(),
  };
}

export type BootFacts = ReturnType<typeof bootFacts>;
