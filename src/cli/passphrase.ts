import { isRunId } from "../core/ids.js";
import { derived } from "../core/derived.js";
import { peeringSecret } from "../runbooks/steps/peerClusters.js";
import { say, complain, UsageError, type ExitCode } from "./output.js";
import { openSettings, type SettingsFlags } from "./settings.js";

/**
 * `sluice passphrase RUN`: what a run that connects clusters tells both of them, for a person who makes one half by hand. It is made again from
 * the configuration's key and is kept nowhere, so it is printed here, on the machine that has the key, and nowhere else.
 */
export async function passphrase(id: string, flags: SettingsFlags): Promise<ExitCode> {
  if (!isRunId(id)) throw new UsageError(`"${id}" is no run's id; the card shows it ("run r…").`);
  const settings = await openSettings(flags, { withoutSlack: true });
  try {
    complain(
      "The passphrase of this run's peering. Hand it over by a way meant for secrets, never in a channel or a ticket.",
    );
    say(derived(settings.secrets.named("derivation"), id, peeringSecret));
    return 0;
  } finally {
    await settings.close();
  }
}
