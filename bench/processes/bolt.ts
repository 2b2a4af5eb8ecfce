import { App, LogLevel } from "@slack/bolt";
import { serve } from "../child.js";
import type { Reach } from "../settings.js";

/** A bare Bolt listener: hears the same deliveries, acknowledges, does nothing. */
let app: App | undefined;

serve(
  {
    start: async ({ reach }: { reach: Reach }) => {
      app = new App({
        token: reach.secrets["SLACK_BOT_TOKEN"] ?? "",
        appToken: reach.secrets["SLACK_APP_TOKEN"] ?? "",
        socketMode: true,
        logLevel: LogLevel.ERROR,
        clientOptions: { slackApiUrl: `${String(reach.overrides["slack.apiUrl"])}/` },
      });
      app.event("message", async () => undefined);
      app.command("/sluice", async ({ ack }) => ack());
      await app.start();
    },
  },
  async () => void (await app?.stop()),
);
