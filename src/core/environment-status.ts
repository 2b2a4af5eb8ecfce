/** BlueXP's words for a system it is at work on (reference C5; the full list is not published). */
const transient = new Set(["INITIALIZING", "STARTING", "STOPPING", "DELETING", "UPDATING"]);

/**
 * BlueXP makes a system in 25 to 40 minutes and may take longer than it says itself. One that is not made after this long is not waited for without a person any more.
 */
export const SYSTEM_LIMIT_MS = 4 * 3_600_000;

/** Will that status pass by itself? */
export const isTransient = (status: string): boolean => transient.has(status);
