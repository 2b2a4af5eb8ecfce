import { attach as change } from "../../host/index.js";
import { shown } from "../define.js";
import { attaching } from "./attaching.js";

const { attach, detach } = attaching(
  change,
  ({ vg, mount, sourceVg }, host) =>
    `Attach it to ${host} over iSCSI, import ${shown(sourceVg, "the volume group")} as ${shown(vg, "?")} and mount it at ${shown(mount, "?")}`,
);

/** The clone's LUNs on the host: iSCSI sessions, multipath, a volume group under a name of its own, mounted. No fstab, and nothing is started without a hook. */
export const attachClone = attach;
/** The reverse. Open files are a refusal that names who holds them, with nothing changed. */
export const detachClone = detach;
