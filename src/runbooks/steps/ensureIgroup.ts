import { z } from "zod";
import { igroupText } from "../byHand/luns.js";
import { defineStep, shown } from "../define.js";
import { changes, igroupResource } from "../resources.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  igroup: z.string(),
  initiator: z.string(),
  host: z.string(),
});
const output = z.object({ uuid: z.string() });

/** One igroup per host. One that is there with the host's name in it is used and left; an igroup cannot carry a tag, so ours is the one we found absent. */
export const ensureIgroup = defineStep<z.infer<typeof input>, z.infer<typeof output>>({
  effect: "change",
  input,
  output,
  describe: (given) =>
    `Have igroup ${shown(given.igroup, "?")} for ${shown(given.host, "?")} on ${shown(given.cluster, "?")}`,
  touches: (given) => [
    changes(igroupResource(shown(given.cluster, "?"), shown(given.svm, "?"), shown(given.igroup, "?"))),
  ],
  probe: async (given, on) => {
    const found = await on.ontap(given.cluster).igroups.findByName(given.svm, given.igroup);
    if (!found) return { found: "absent" };
    const has = found.initiators.some((each) => each.toLowerCase() === given.initiator.toLowerCase());
    if (has) return { found: "done", output: { uuid: found.uuid } };
    return {
      found: "foreign",
      what: `An igroup ${given.igroup} is on ${given.cluster} without ${given.host}'s initiator`,
    };
  },
  run: async (given, on) => {
    const { svm, igroup, initiator } = given;
    await on.ontap(given.cluster).igroups.create({ svm, name: igroup, protocol: "iscsi", initiators: [initiator] });
  },
  writes: "igroups",
  handOff: (given) =>
    igroupText(shown(given.svm, "?"), shown(given.igroup, "?"), "iscsi", [shown(given.initiator, "?")]),
  undo: {
    describe: (given) => `igroup ${shown(given.igroup, "?")} is removed again`,
    run: async (given, _past, on) => {
      const array = on.ontap(given.cluster);
      const found = await array.igroups.findByName(given.svm, given.igroup);
      if (found && (await array.lunMaps.list({ svm: given.svm, igroup: given.igroup })).length === 0)
        await array.igroups.delete(found.uuid);
    },
  },
});
