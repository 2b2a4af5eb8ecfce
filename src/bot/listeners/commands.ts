import type { App } from "@slack/bolt";
import type { Conversation } from "../conversation.js";
import { asTyped } from "../text.js";
import { safely } from "./safely.js";

/** `/sluice TEXT`. Slack tells no thread, so a request gets one of its own; answers to questions are for the one who asked. */
export function listenToCommands(app: App, { conversation }: { readonly conversation: Conversation }): void {
  app.command(/.*/, async ({ command, ack, respond, context }) => {
    await safely(() => ack());
    await conversation.hear({
      text: asTyped(command.text ?? "", context.botUserId ?? ""),
      user: command.user_id,
      channel: command.channel_id,
      thread: "",
      // The trigger is made for one submission of the command and is the same in a redelivery.
      eventId: `c-${command.trigger_id.replace(/[^\w.-]/g, "-")}`,
      addressed: true,
      ephemeral: true,
      respond: (text) => respond({ response_type: "ephemeral", text }),
    });
  });
}
