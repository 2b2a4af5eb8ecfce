import type { App } from "@slack/bolt";
import type { RunView } from "../../core/fold.js";
import { homeView, type HomeRow } from "../cards/home.js";
import type { ClickNeeds } from "./clicks.js";
import { withoutSecrets } from "../logging.js";

/** The Home tab: what waits for the one who looks, and what they asked for. Made anew each time it is opened. */
export function listenToHome(app: App, needs: ClickNeeds): void {
  app.event("app_home_opened", async ({ event }) => {
    if (event.tab !== "home") return;
    try {
      await needs.interactive.views.publish({ user_id: event.user, view: await homeOf(needs, event.user) });
    } catch (error) {
      needs.log.warn({ reason: withoutSecrets(String(error)) }, "a Home tab could not be drawn");
    }
  });
}

async function homeOf(needs: ClickNeeds, user: string) {
  const { desk, config } = needs.options;
  const [seen, open, recent] = await Promise.all([needs.identity.look(user), desk.open(), desk.recent(50)]);
  const mine = recent.filter((view) => view.asked.by.user === user).slice(0, 15);
  const deciding = open.filter((view) => view.status === "deciding");
  const row = async (view: RunView): Promise<HomeRow> => {
    const [shown, link] = await Promise.all([needs.drawer.context(view), needs.drawer.linkOf(view.id)]);
    return { view, shown, ...(link === undefined ? {} : { link }) };
  };
  return homeView({
    user,
    groups: seen.groups,
    open: await Promise.all(deciding.slice(0, 50).map(row)),
    recent: await Promise.all(mine.map(row)),
    command: config.command,
  });
}
