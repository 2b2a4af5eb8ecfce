/** BlueXP's words for a system it is at work on (reference C5; the full list is not published). */
const transient = new Set(["INITIALIZING", "STARTING", "STOPPING", "DELETING", "UPDATING"]);

/** Will that status pass by itself? */
export const isTransient = (status: string): boolean => transient.has(status);
