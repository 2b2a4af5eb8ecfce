import { clusterSchema } from "./schema/clusters.js";
import { hostSchema } from "./schema/hosts.js";
import { setSchema } from "./schema/sets.js";

/** The shapes a person writes. Each section and each entry of a list is checked by itself, so that one mistake hides no other. */
export { clusterSchema, hostSchema, setSchema };
export { sectionSchemas } from "./schema/sections.js";
export { slackSchema } from "./schema/slack.js";
export { isRecord, pem, secretRef } from "./schema/words.js";

export const listSchemas = { clusters: clusterSchema, sets: setSchema, hosts: hostSchema } as const;
