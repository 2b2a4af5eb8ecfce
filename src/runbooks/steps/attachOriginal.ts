import { attachOriginal as change } from "../../host/index.js";
import { shown } from "../define.js";
import { attaching } from "./attaching.js";

const { attach, detach } = attaching(
  change,
  ({ vg, mount }, host) =>
    `Attach it to ${host} over iSCSI, activate ${shown(vg, "?")} under its own name and mount it at ${shown(mount, "?")}; nothing is started`,
);

/** A broken-off mirror's LUNs on the host that takes over: the volume group under its own name, mounted. Nothing is started. */
export const attachOriginal = attach;
/** The reverse. Open files are a refusal that names who holds them, with nothing changed. */
export const detachOriginal = detach;
