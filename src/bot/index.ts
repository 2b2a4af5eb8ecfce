/** The Slack side of Sluice. It stands before the desk and knows nothing behind it. */
export { createBot, type Bot } from "./app.js";
export type { Closing } from "./cards/types.js";
export { manifest, type ManifestOptions } from "./manifest.js";
export { questions, type BotOptions, type Exclusive, type Once } from "./options.js";
export { webhookPath } from "./webhook.js";
